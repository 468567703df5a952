"""What spreadsheets bring in, row by row: right people, every verdict, nothing twice."""

import csv
import io
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import cv2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import func, select

from api.admin import import_words, sheets
from api.admin.importing import Import
from api.admin.lines import Verdict
from api.admin.photo_folder import PhotoFolder
from api.directory import held
from api.directory.held import Ruling
from models import tables
from models.domain.errors import Conflict, Invalid, Refusal
from models.domain.identity.held import HeldState
from scripts.admin.enrol import LINKS, PEOPLE
from scripts.demo.film import samples
from tests.support import play
from tests.support.world import MAN, RIGHT, WIFE, World, number, purchase

DAUGHTER = "15-f13-anc-ph.jpg"
NUMBERS = [number(f"3301061981020300{one}") for one in range(1, 10)]
A, B, C = (number(f"33010619810203{one}") for one in ("101", "102", "103"))


def sheet(*rows: list[str], columns: tuple[str, ...] = PEOPLE) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    return text.getvalue().encode()


def person(name: str, id_number: str, photo: str = "", **cells: str) -> list[str]:
    return [{"name": name, "id_number": id_number, "photo": photo, **cells}.get(one, "") for one in PEOPLE]


Bring = Callable[..., list[Verdict]]


@pytest.fixture
def bring(world: World, tmp_path: Path) -> Bring:
    """Import a file into the installation; return every row's verdict."""

    def brought(
        data: bytes, photos: Path | None = None, links: bytes = b"", check: bool = False
    ) -> list[Verdict]:
        run = Import(world.ports, PhotoFolder(photos or samples()), check)
        (tmp_path / "people.csv").write_bytes(data)
        verdicts = run.people(sheets.read(tmp_path / "people.csv", PEOPLE))
        if links:
            (tmp_path / "links.csv").write_bytes(links)
            verdicts += run.links(sheets.read(tmp_path / "links.csv", LINKS))
        return verdicts

    return brought


def codes(verdicts: list[Verdict]) -> list[str]:
    return [str(one.code) for one in verdicts]


def everything(world: World) -> list[tuple[object, ...]]:
    """Return every row of the tables an import writes."""
    with world.ports.database.reading() as db:
        return [
            tuple(row)
            for table in (
                tables.Person,
                tables.Enrolment,
                tables.HeldPhoto,
                tables.FamilyLink,
                tables.Binding,
            )
            for row in db.execute(select(table.__table__))
        ]


def references(world: World, id_number: str) -> int:
    index = world.ports.vault.index("id_number", f"resident:{id_number}")
    mine = select(func.count()).select_from(tables.Enrolment).join(tables.Person)
    with world.ports.database.reading() as db:
        in_use = mine.where(tables.Person.id_index == index, tables.Enrolment.revoked_at.is_(None))
        return db.scalar(in_use) or 0


def test_two_names_on_one_number_are_a_conflict_and_nothing_of_either_is_taken(
    world: World, bring: Bring
) -> None:
    before = everything(world)
    rows = [person("赵一", A, "single_face.jpg"), person("钱二", A, DAUGHTER), person("孙三", B)]
    verdicts = bring(sheet(*rows))
    assert codes(verdicts) == ["name_conflict", "name_conflict", "none"]
    assert "第 3 行 钱*" in import_words.told(verdicts[0])["结论"] and "赵*" in verdicts[1].others[0]
    assert len(everything(world)) == len(before) + 1


def test_another_name_than_on_record_is_a_conflict_and_the_record_stays(world: World, bring: Bring) -> None:
    before = everything(world)
    (verdict,) = bring(sheet(person("钱二", MAN.id_number, DAUGHTER)))
    assert (verdict.code, verdict.others) == ("name_conflict", ("李*国",))
    assert everything(world) == before


def test_a_photo_column_that_slipped_is_held_whole(world: World, bring: Bring) -> None:
    rows = [
        person(MAN.name, MAN.id_number, WIFE.photo or ""),
        person(WIFE.name, WIFE.id_number, MAN.photo or ""),
    ]
    assert set(codes(bring(sheet(*rows)))) == {"same_photo"}
    assert references(world, MAN.id_number) == references(world, WIFE.id_number) == 1


def test_one_photo_for_three_people_is_used_for_none(world: World, bring: Bring, tmp_path: Path) -> None:
    rows = [person("赵一", A, DAUGHTER), person("钱二", B, DAUGHTER), person("孙三", C, DAUGHTER)]
    verdicts = bring(sheet(*rows))
    assert codes(verdicts) == ["same_photo"] * 3 and {len(one.others) for one in verdicts} == {2}
    assert [references(world, one) for one in (A, B, C)] == [0, 0, 0]
    assert bring(sheet(*rows)) == verdicts


def test_a_photo_saved_anew_or_cropped_is_known_again(world: World, bring: Bring, tmp_path: Path) -> None:
    picture = cv2.imread(str(samples() / DAUGHTER))
    height, width = picture.shape[:2]
    cv2.imwrite(str(tmp_path / "anew.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 60])
    cv2.imwrite(str(tmp_path / "mirrored.png"), picture[height // 30 :, width // 30 :][:, ::-1])
    shutil.copy(samples() / DAUGHTER, tmp_path / "first.jpg")
    assert codes(bring(sheet(person("赵一", A, "first.jpg")), tmp_path)) == ["ok"]
    rows = [person("钱二", B, "anew.jpg"), person("孙三", C, "mirrored.png")]
    assert codes(bring(sheet(*rows), tmp_path)) == ["near_duplicate"] * 2


@pytest.mark.parametrize(
    "called", [A, "赵一", f"赵一{A}", f"{A}照片", f"IMG{A}", "赵一照片", f"X_{A[:-1]}{A[-1].lower()} (1)"]
)
def test_a_photo_named_after_somebody_else_of_the_file_is_held(
    bring: Bring, tmp_path: Path, called: str
) -> None:
    shutil.copy(samples() / DAUGHTER, tmp_path / f"{called}.jpg")
    rows = person("赵一", A), person("钱二", B, f"{called}.jpg")
    assert codes(bring(sheet(*rows), tmp_path)) == ["none", "named_after_another"]


@pytest.mark.parametrize("called", [B, "钱二", "赵一介绍的钱二", "IMG_0001", "p"])
def test_a_photo_named_after_its_own_row_or_nobody_is_used(bring: Bring, tmp_path: Path, called: str) -> None:
    shutil.copy(samples() / DAUGHTER, tmp_path / f"{called}.jpg")
    rows = person("赵一", A), person("钱二", B, f"{called}.jpg")
    assert codes(bring(sheet(*rows), tmp_path)) == ["none", "ok"]


def test_the_film_of_the_first_never_passes_as_the_second(world: World, bring: Bring) -> None:
    """李建国's film, and a person to whom the import tried to give his photo."""
    assert codes(bring(sheet(person("赵一", A, MAN.photo or "")))) == ["same_photo"]
    named = purchase(cardholder={"name": "赵一", "id_number": A})
    verification = play.ok(world.till().post("/v1/verifications", json=named), 201)
    (only,) = verification["persons"]
    assert not only["enrolled"]
    wanted = {"channel": "push", "person_id": only["person_id"]}
    answer = world.till().post(f"/v1/verifications/{verification['id']}/attempts", json=wanted)
    assert (answer.status_code, answer.json["code"]) == (422, "not_enrolled")
    mine = play.opened(world, order_no="A-2")
    scene = play.pushed(world, mine)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.tried(world, phone, scene, RIGHT)["outcome"] == "passed"


def waiting_id(world: World, name: str) -> str:
    return next(one.held_id for one in held.waiting(world.ports) if one.name == name)


def test_a_named_operator_says_whose_photo_it_is(world: World, bring: Bring) -> None:
    bring(sheet(person("赵一", A, DAUGHTER), person("钱二", B, DAUGHTER)))
    first, second = waiting_id(world, "赵*"), waiting_id(world, "钱*")
    for nobody in (Ruling(True, " ", "看过"), Ruling(True, "王审核", "")):
        with pytest.raises(Invalid):
            held.decide(world.ports, first, nobody)
    with pytest.raises(Invalid, match="two persons"):
        held.decide(world.ports, first, Ruling(True, "王审核", "看过", twins=True))
    assert held.decide(world.ports, first, Ruling(True, "王审核", "与证件一致")) is HeldState.ACCEPTED
    assert held.decide(world.ports, second, Ruling(False, "王审核", "不是此人")) is HeldState.REFUSED
    with pytest.raises(Conflict):
        held.decide(world.ports, second, Ruling(True, "王审核", "再看"))
    assert (references(world, A), references(world, B)) == (1, 0)
    assert codes(bring(sheet(person("赵一", A, DAUGHTER), person("钱二", B, DAUGHTER)))) == [
        "unchanged",
        "refused_before",
    ]


def test_an_accepted_photo_puts_those_it_contradicts_out_of_use(world: World, bring: Bring) -> None:
    """李建国's photo was really 赵一's: it is never both's."""
    bring(sheet(person("赵一", A, MAN.photo or "")))
    held.decide(world.ports, waiting_id(world, "赵*"), Ruling(True, "王审核", "与证件一致"))
    assert (references(world, A), references(world, MAN.id_number)) == (1, 0)


def test_a_check_says_the_same_and_writes_nothing(world: World, bring: Bring) -> None:
    rows = sheet(
        person("赵一", A, DAUGHTER),
        person("钱二", B, DAUGHTER),
        person("孙三", C, MAN.photo or ""),
        person("", C),
    )
    links = sheet(
        [A, "", B, "", "family_share", "配偶"], [A, "", NUMBERS[0], "", "family_share", "子女"], columns=LINKS
    )
    before = everything(world)
    checked = bring(rows, links=links, check=True)
    assert everything(world) == before
    assert codes(checked) == codes(bring(rows, links=links))
    assert codes(checked)[-2:] == ["linked", "person_not_found"]


def test_a_second_run_changes_nothing(world: World, bring: Bring) -> None:
    rows = sheet(person("赵一", A, DAUGHTER, openid="o-zhao", sex="女"), person("钱二", B))
    first = bring(rows)
    before = everything(world)
    assert codes(bring(rows)) == ["unchanged", *codes(first)[1:]] and everything(world) == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_files_are_read_in_any_code_page_and_separator(bring: Bring, encoding: str, separator: str) -> None:
    text = "\r\n".join(
        separator.join(one) for one in (PEOPLE, person("赵一", A), person("王䶮", B), [""] * 7)
    )
    assert codes(bring(text.encode(encoding))) == ["none", "none"]


def test_a_workbook_is_read_with_its_dates_and_lost_digits(bring: Bring) -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["参保人员名单"])
    book.active.append(["姓名", "证件类型", "证件号码", "性别", "出生日期", "照片"])
    book.active.append(["赵一", "居民身份证", A, "女", date(1981, 2, 3), None])
    book.active.append(["钱二", None, int(B), None, None, None])
    book.active.append(["孙三", "护照", 12345678, 1, 32874, None])
    book.save(file)
    verdicts = bring(file.getvalue())
    assert codes(verdicts) == ["none", "digits_lost", "none"]
    assert [one.row for one in verdicts] == [3, 4, 5]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"sex": "不男不女不男不女的"}, "sex_unknown", "sex"),
        ({"birth": "1981-13-01"}, "date_unreadable", "birth"),
        ({"birth": "1981"}, "date_unreadable", "birth"),
        ({"birth": "1999/1/1"}, "birth_mismatch", "birth"),
        ({"id_type": "军官证"}, "id_type_unknown", "id_type"),
        ({"photo": "x" * 1200}, "photo_missing", "photo"),
        ({"photo": "a\0.jpg"}, "photo_missing", "photo"),
        ({"photo": "../conftest.py"}, "photo_missing", "photo"),
        ({"openid": "开" * 300}, "openid_invalid", "openid"),
        ({"name": "王\0"}, "name_invalid", "name"),
        ({"id_number": "3.30106E+17"}, "digits_lost", "id_number"),
    ],
    ids=str,
)
def test_one_bad_cell_is_named_and_the_other_rows_go_on(
    bring: Bring, cells: dict[str, str], code: str, column: str
) -> None:
    bad = person(**{"name": "钱二", "id_number": B} | cells)
    verdicts = bring(sheet(person("赵一", A), bad, person("孙三", C)))
    assert codes(verdicts) == ["none", code, "none"]
    assert (verdicts[1].row, verdicts[1].column) == (3, column) and import_words.told(verdicts[1])["怎么办"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("sub\\c.jpg", True),
        ("D:\\照片\\a.jpg", True),
        (".\\a.jpg", True),
        ("B.jpg", True),
        ("/photos/a.jpg", True),
        ("a", True),
        ("a.jpg ", True),
        ("e\u0301.jpg", True),
        ("A.JPG", True),
        ("none.jpg", False),
        ("", False),
    ],
)
def test_photos_are_found_as_people_write_their_paths(tmp_path: Path, written: str, found: bool) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("sub/c.jpg", "a.jpg", "b.JPG", "é.jpg"):
        (tmp_path / name).write_bytes(b"")
    folder = PhotoFolder(tmp_path)
    if found:
        assert folder.find(written).is_file()
    else:
        with pytest.raises(Refusal):
            folder.find(written)


def test_an_unclosed_quote_affects_only_its_own_row(bring: Bring) -> None:
    rows = sheet(*(person(f"赵{'一二三四五六七八九'[at]}", one) for at, one in enumerate(NUMBERS))).decode()
    lines = rows.split("\r\n")
    lines[2] = '"' + lines[2]
    assert codes(bring("\r\n".join(lines).encode())) == ["none", "quote_open", *["none"] * 7]


def test_the_same_eight_digits_under_two_kinds_are_told_apart(bring: Bring) -> None:
    rows = [
        person("陈台", "12345678", id_type="台胞证"),
        person("KIM MINSU", "12345678", id_type="护照"),
        person("赵一", A),
    ]
    links = [[A, "", "12345678", "", "family_share", "配偶"], [A, "", "12345678", "护照", "家庭共济", "配偶"]]
    assert codes(bring(sheet(*rows), links=sheet(*links, columns=LINKS))) == [
        "none", "none", "none", "person_ambiguous", "linked",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("赵\ue863", "赵\u4dae"),
        ("刘\u200b洋", "刘洋"),
        ("阿" * 52, "阿" * 52),
        ("欧阳\n娜娜", "欧阳\n娜娜"),
        ("O’BRIEN", "o'brien"),
    ],
    ids=ascii,
)
def test_a_name_that_was_imported_is_taken_at_the_till(
    world: World, bring: Bring, stored: str, typed: str
) -> None:
    assert codes(bring(sheet(person(stored, A)))) == ["none"]
    for at, name in enumerate((stored, typed)):
        named = purchase(order_no=f"N-{at}", cardholder={"name": name, "id_number": A})
        play.ok(world.till().post("/v1/verifications", json=named), 201)


def test_a_residence_permit_is_found_under_either_kind(world: World, bring: Bring) -> None:
    permit = number("81000019850505001")
    assert codes(bring(sheet(person("陈港居", permit, id_type="05", sex="女")))) == ["none"]
    for kind in ("resident", "hk_macao_taiwan", "foreign_permanent"):
        holder = {"name": "陈港居", "id_number": permit, "id_type": kind}
        answer = play.ok(
            world.till().post("/v1/verifications", json=purchase(order_no=kind, cardholder=holder)), 201
        )
        assert answer["persons"][0]["sex"] == "女"


CELL = st.one_of(
    st.sampled_from([A, B, "王秀英", WIFE.id_number, "single_face.jpg", "", "01", "1990/1/1", '"', "=1+1"]),
    st.text(max_size=40),
    st.text(alphabet=st.characters(codec="utf-8"), min_size=300, max_size=1200),
)
HEADER = st.lists(st.sampled_from([*PEOPLE, "姓名", "证件号码", "备注"]), max_size=9)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    header=st.one_of(st.just(list(PEOPLE)), HEADER),
    rows=st.lists(st.lists(CELL, max_size=9), max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"]),
    separator=st.sampled_from(",\t;"),
    quoted=st.booleans(),
)
def test_whatever_a_spreadsheet_holds_every_row_has_a_verdict(
    world: World, tmp_path: Path, header, rows, encoding, separator, quoted
) -> None:
    if quoted:
        text = io.StringIO()
        csv.writer(text, delimiter=separator).writerows([header, *rows])
        data = text.getvalue()
    else:
        data = "\n".join(separator.join(row) for row in [header, *rows])
    file = tmp_path / "any.csv"
    file.write_bytes(data.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace"))
    folder = PhotoFolder(tmp_path)
    try:
        read = sheets.read(file, PEOPLE)
    except Invalid as refusal:
        assert refusal.code == "file_unreadable" and refusal.detail
        return
    Import(world.ports, folder, check=True).people(read)
    first = Import(world.ports, folder).people(read)
    assert [one.row for one in first] == [row.number for row in read.rows]
    assert all(str(one.code) in import_words.SAY and import_words.told(one)["结论"] for one in first)
    before = everything(world)
    again = Import(world.ports, folder).people(read)
    assert everything(world) == before and codes(again) == codes(first)
