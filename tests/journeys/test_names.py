"""Imported persons are found at till, popup and phone, in any spelling of their names."""

import csv
import io
import itertools
import unicodedata
from pathlib import Path

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from api.admin import sheets
from api.admin.importing import Import
from api.admin.photo_folder import PhotoFolder
from models.domain.identity import names
from scripts.admin.enrol import PEOPLE
from tests.support import play
from tests.support.popups import TICKED, Popup
from tests.support.world import MAN, STAFF, World, number, purchase

NUMBERS = (number(f"33010619{year}{day:04d}{one}") for year, day, one in itertools.product(
    range(50, 99), (101, 202, 303, 404, 505), range(101, 999)))  # fmt: skip
DOTS = "·•・．.‧･∙⋅●"
LETTERS = st.one_of(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0xE000, max_codepoint=0xF8FF),
    st.characters(min_codepoint=0x20000, max_codepoint=0x3134F),
    st.sampled_from([*DOTS, "\u200b", "\u200d", "\ufeff", "'", "’", "-", " ", "\u3000", "ﬁ", "Ⅷ", "ß", "İ"]),
)
NAMES = st.text(LETTERS, min_size=1, max_size=60)


def spelled(name: str, way: int) -> str:
    """Return a name in another spelling."""
    ways = (
        lambda: name,
        lambda: unicodedata.normalize("NFD", name),
        lambda: unicodedata.normalize("NFKC", name),
        lambda: name.upper(),
        lambda: name.casefold(),
        lambda: f"  {name}\u200b ",
        lambda: "".join("•" if one in DOTS else one for one in name),
        lambda: "".join(one for one in name if one not in DOTS),
        lambda: "\u00b7".join(name[:2]) + name[2:],
    )
    return ways[way]()


def imported(world: World, folder: Path, name: str) -> str | None:
    """Import a row with this name; return its number if it was accepted."""
    id_number = next(NUMBERS)
    text = io.StringIO()
    csv.writer(text).writerows([PEOPLE, [name, "", id_number, "", "", "", ""]])
    (folder / "people.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    (verdict,) = Import(world.ports, PhotoFolder(folder)).people(sheets.read(folder / "people.csv", PEOPLE))
    assert verdict.code in ("none", "name_invalid", "quote_open"), verdict
    return id_number if verdict.code == "none" else None


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=NAMES, way=st.integers(0, 8))
@example(name="阿" * 52, way=0)
@example(name="王\ue863", way=2)
@example(name="阿依古丽·买买提", way=7)
@example(name="O’BRIEN-ŁUCJA José", way=1)
@example(name="\U00030ede\U00030ede面", way=0)
@example(name="K" * 200, way=3)
def test_a_name_that_was_taken_is_found_wherever_it_is_typed(
    world: World, tmp_path: Path, name: str, way: int
) -> None:
    id_number = imported(world, tmp_path, name)
    assume(id_number is not None)
    typed = spelled(name, way)
    assume(typed.isprintable() or typed == name)
    assume(names.same(typed, name) and len(typed) <= 400)
    who = {"name": typed, "id_number": id_number}
    # Nobody has a photo here: who was found is refused for that alone.
    opened = play.ok(
        world.till().post("/v1/verifications", json=purchase(order_no=id_number, cardholder=who)), 201
    )
    assert len(opened["persons"]) == 1
    beside = play.ok(world.till().post("/v1/verifications", json=purchase(order_no=f"M-{id_number}")), 201)
    attempts = f"/v1/verifications/{beside['id']}/attempts"
    agent = {"channel": "qr", "person": who | {"relation": "护工"}}
    play.refused(world.till().post(attempts, json=agent), 422, "not_enrolled")
    popup = Popup(world, beside["popup_url"])
    popup.get()
    answer = popup.post("code", **who, relation="护工", step="manual", **TICKED)
    assert answer.status_code == 422 and popup.says("此人没有比对照片"), popup.html
    phone = world.phone(STAFF)
    scene = play.coded(world, beside["id"])
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    chosen = phone.put(f"/mp/v1/attempts/{scene}/person", json=who | {"relation": "护工"})
    play.refused(chosen, 422, "not_enrolled")
    bound = world.phone(f"o-{id_number}").post("/mp/v1/bindings", json=who)
    play.ok(bound, 201)


def test_another_name_finds_nobody(world: World) -> None:
    body = purchase(cardholder={"name": "李建囯", "id_number": MAN.id_number})
    play.refused(world.till().post("/v1/verifications", json=body), 422, "person_not_found")
