"""Real films of living people: whatever an import mixes up, nobody passes as another person."""

from pathlib import Path

import cv2
import pytest

from api.admin import sheets
from api.admin.importing import Import
from api.admin.photo_folder import PhotoFolder
from scripts.admin.enrol import PEOPLE
from scripts.demo.film import Film
from tests.support import play
from tests.support.shared import shared
from tests.support.world import STAFF, World, number, purchase

FIRST, SECOND = number("33010619810203101"), number("33010619830405103")
HEADER = ",".join(PEOPLE)


@pytest.fixture
def films() -> tuple[Film, Film]:
    """Return two men who smile."""
    folder = shared("films")
    return Film(folder / "p033.mp4", 5.0, 3.4), Film(folder / "p032.mp4", 0.0, 5.4)


@pytest.fixture
def photos(films: tuple[Film, Film], tmp_path: Path) -> Path:
    """Return a photo of each, from another moment of the film."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, film, at_s in (("赵一.jpg", films[0], 0.5), ("钱二.jpg", films[1], 0.2)):
        moving = cv2.VideoCapture(str(film.file))
        moving.set(cv2.CAP_PROP_POS_MSEC, at_s * 1000)
        assert cv2.imwrite(str(folder / name), moving.read()[1])
    return folder


def bring(world: World, photos: Path, *rows: tuple[str, str, str]) -> list[str]:
    """Import rows of name, number and photo; return the verdict codes."""
    lines = (f"{name},,{id_number},,,{photo}," for name, id_number, photo in rows)
    (photos / "people.csv").write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    run = Import(world.ports, PhotoFolder(photos))
    return [str(one.code) for one in run.people(sheets.read(photos / "people.csv", PEOPLE))]


def named(world: World, name: str, id_number: str, order_no: str) -> dict:
    """Open a verification for a person at the till."""
    body = purchase(order_no=order_no, cardholder={"name": name, "id_number": id_number})
    return play.ok(world.till().post("/v1/verifications", json=body), 201)


def filmed(world: World, verification: dict, film: Film) -> str:
    """Film a person on the cashier's phone as the card-holder; return the outcome."""
    scene = play.coded(world, verification["id"])
    phone = world.phone(STAFF)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    wanted = {"person_id": verification["persons"][0]["person_id"]}
    play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json=wanted))
    play.agree(phone, scene)
    return str(play.tried(world, phone, scene, film)["outcome"])


def test_two_people_on_one_number_leave_neither_with_a_face(
    world: World, photos: Path, films: tuple[Film, Film]
) -> None:
    rows = ("赵一", FIRST, "赵一.jpg"), ("钱二", FIRST, "钱二.jpg")
    assert bring(world, photos, *rows) == ["name_conflict"] * 2
    for name, _, _ in rows:
        body = purchase(order_no=name, cardholder={"name": name, "id_number": FIRST})
        play.refused(world.till().post("/v1/verifications", json=body), 422, "person_not_found")
    assert bring(world, photos, rows[0]) == ["ok"]
    assert bring(world, photos, rows[1]) == ["name_conflict"]
    assert filmed(world, named(world, "赵一", FIRST, "A-1"), films[0]) == "passed"
    assert filmed(world, named(world, "赵一", FIRST, "A-2"), films[1]) == "failed"
    body = purchase(order_no="A-3", cardholder={"name": "钱二", "id_number": FIRST})
    play.refused(world.till().post("/v1/verifications", json=body), 422, "person_not_found")


def test_one_photo_for_two_people_identifies_neither(world: World, photos: Path) -> None:
    rows = ("赵一", FIRST, "赵一.jpg"), ("钱二", SECOND, "赵一.jpg")
    assert bring(world, photos, *rows) == ["same_photo"] * 2
    for name, id_number, _ in rows:
        assert not named(world, name, id_number, name)["persons"][0]["enrolled"]


def test_a_shifted_column_gives_no_person_anothers_face(
    world: World, photos: Path, films: tuple[Film, Film]
) -> None:
    rows = ("赵一", FIRST, "赵一.jpg"), ("钱二", SECOND, "钱二.jpg")
    slipped = ("赵一", FIRST, "钱二.jpg"), ("钱二", SECOND, "赵一.jpg")
    assert bring(world, photos, *rows) == ["ok", "ok"]
    assert bring(world, photos, *slipped) == ["same_photo"] * 2
    assert filmed(world, named(world, "赵一", FIRST, "A-1"), films[0]) == "passed"
    assert filmed(world, named(world, "钱二", SECOND, "A-2"), films[0]) == "failed"
    assert filmed(world, named(world, "赵一", FIRST, "A-3"), films[1]) == "failed"


def test_a_shifted_column_of_men_is_unused_before_its_review(world: World, photos: Path) -> None:
    """Nothing in the rows, the files' names or the faces tells that it slipped."""
    for name, bare in (("赵一.jpg", "DSC_0001.jpg"), ("钱二.jpg", "DSC_0002.jpg")):
        (photos / name).rename(photos / bare)
    slipped = ("赵一", FIRST, "DSC_0002.jpg"), ("钱二", SECOND, "DSC_0001.jpg")
    assert bring(world, photos, *slipped) == ["unvouched"] * 2
    for name, id_number, _ in slipped:
        assert not named(world, name, id_number, name)["persons"][0]["enrolled"]
