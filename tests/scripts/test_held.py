"""Photos that wait for a named operator: what gives a column away, and the commands as they are typed."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from sqlalchemy import select

from api.admin import sheets
from api.admin.importing import Import
from api.admin.photo_folder import PhotoFolder
from api.directory import references
from models import tables
from scripts import __main__ as yibao
from scripts.admin.enrol import PEOPLE
from scripts.demo.film import samples
from tests.support import play
from tests.support.world import MAN, RIGHT, WIFE, WRONG, World, number, purchase

HUSBAND = number("33010619720203111")
WOMAN, GIRL = number("33010619740607102"), number("33010620010203104")
# Neutral names: nothing but the faces tells whose they are.
FACES = {"p1.jpg": "single_face.jpg", "p2.jpg": "15-f13-anc-ph.jpg", "p3.jpg": "0-f1-su-ph.jpg"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, face in FACES.items():
        shutil.copy(samples() / face, photos / name)
    return photos


@pytest.fixture
def empty(installed: World) -> World:
    """An installation with no photo on record."""
    with installed.ports.database.transaction() as db:
        references.revoke(installed.ports, list(db.scalars(select(tables.Enrolment))))
    return installed


def write(folder: Path, *rows: tuple[str, str, str, str]) -> Path:
    """Write name, number, sex and photo as a people file."""
    lines = (f"{name},,{id_number},{sex},,{photo}," for name, id_number, sex, photo in rows)
    (folder / "people.csv").write_text("\n".join([",".join(PEOPLE), *lines]), encoding="utf-8")
    return folder / "people.csv"


def bring(world: World, folder: Path, *rows: tuple[str, str, str, str], check: bool = False) -> list[str]:
    run = Import(world.ports, PhotoFolder(folder), check)
    return [str(one.code) for one in run.people(sheets.read(write(folder, *rows), PEOPLE))]


RIGHTLY = (("赵一", HUSBAND, "", "p1.jpg"), ("钱二", GIRL, "", "p2.jpg"), ("王三", WOMAN, "", "p3.jpg"))


def moved(by: int) -> list[tuple[str, str, str, str]]:
    photos = [row[3] for row in RIGHTLY]
    return [(*row[:3], photos[(at + by) % 3]) for at, row in enumerate(RIGHTLY)]


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("check", [True, False])
def test_a_column_that_slipped_is_held_whole_where_nothing_was_on_record(
    empty: World, folder: Path, by: int, check: bool
) -> None:
    assert bring(empty, folder, *moved(by), check=check) == ["column_slipped"] * 3


def test_a_column_that_fits_is_used(empty: World, folder: Path) -> None:
    assert bring(empty, folder, *RIGHTLY) == ["ok"] * 3


def test_an_inserted_cell_is_a_sign_of_its_own(empty: World, folder: Path) -> None:
    """The husband's photo stands in his wife's row, and nobody's in his."""
    rows = ("赵一", HUSBAND, "", ""), ("王三", WOMAN, "", "p1.jpg")
    assert bring(empty, folder, *rows) == ["none", "column_slipped"]


def test_a_sex_that_the_row_states_is_not_contradicted_unseen(empty: World, folder: Path) -> None:
    rows = (("王三", WOMAN, "女", "p1.jpg"), RIGHTLY[1])
    assert bring(empty, folder, *rows) == ["unlike_row", "ok"]


def test_a_number_alone_may_be_mistyped(empty: World, folder: Path) -> None:
    assert bring(empty, folder, ("王三", WOMAN, "", "p1.jpg"), RIGHTLY[1]) == ["ok", "ok"]


def yes(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    yibao.main(list(words))
    return capsys.readouterr().out


def no(*words: str) -> str:
    with pytest.raises(SystemExit) as end:
        yibao.main(list(words))
    return str(end.value.code)


def listed(capsys: pytest.CaptureFixture[str], page: Path) -> list[dict]:
    found: list[dict] = json.loads(yes(capsys, "enrol", "--review", str(page), "--json"))
    return found


def typed(folder: Path) -> list[str]:
    return ["enrol", "--people", str(folder / "people.csv"), "--photos", str(folder)]


def test_what_waits_is_listed_shown_and_decided_by_commands(
    empty: World, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, *moved(1))
    assert no(*typed(folder)) == "True"
    assert "附近几行的照片" in capsys.readouterr().out
    page = tmp_path / "page.html"
    waiting = listed(capsys, page)
    shown = page.read_text(encoding="utf-8")
    assert len(waiting) == 3 and shown.count("data:image/jpeg;base64,") == 3
    assert all(one["编号"] in shown and one["原因"].startswith("附近几行") for one in waiting)
    assert "赵*（男，1972 年生）" in shown
    assert page.stat().st_mode & 0o077 == 0
    first, batch = waiting[0]["编号"], waiting[0]["批次"]
    assert "reviewer_missing" in no("enrol", "--accept", first, "--why", "看过")
    assert "reviewer_missing" in no("enrol", "--accept", first, "--by", "王审核")
    assert "accepted" in yes(capsys, "enrol", "--accept", first, "--by", "王审核", "--why", "与证件一致")
    assert "wrong_state" in no("enrol", "--refuse", first, "--by", "王审核", "--why", "再看")
    assert " 2 refused" in yes(capsys, "enrol", "--refuse", batch, "--by", "王审核", "--why", "照片列错行")
    with empty.ports.database.reading() as db:
        row = db.get_one(tables.HeldPhoto, first)
        note = empty.ports.vault.text(f"held_photo.note:{first}", row.note or b"")
    assert (row.decided_by, note) == ("王审核", "与证件一致")
    assert listed(capsys, page) == []


def test_a_column_put_right_is_taken_once_the_wrong_one_is_sent_back(
    empty: World, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(empty, folder, *moved(1)) == ["column_slipped"] * 3
    batch = listed(capsys, tmp_path / "page.html")[0]["批次"]
    yes(capsys, "enrol", "--refuse", batch, "--by", "王审核", "--why", "照片列错行")
    write(folder, *RIGHTLY)
    assert "照片可用 3" in yes(capsys, *typed(folder))


def twin(folder: Path) -> str:
    """Put another photo of 李建国 into the folder; return its name."""
    moving = cv2.VideoCapture(str(RIGHT.file))
    moving.set(cv2.CAP_PROP_POS_MSEC, 300)
    assert cv2.imwrite(str(folder / "twin.jpg"), moving.read()[1])
    return "twin.jpg"


def test_twins_are_confirmed_by_name_and_then_led_to_documents(
    installed: World, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    brother = number("33010619680512303")
    assert bring(installed, folder, ("李建军", brother, "", twin(folder))) == ["alike"]
    (one,) = listed(capsys, tmp_path / "page.html")
    assert one["与谁相像"] == ["李*国"] and "--twins" in (tmp_path / "page.html").read_text(encoding="utf-8")
    words = ["enrol", "--accept", one["编号"], "--twins"]
    assert "reviewer_missing" in no(*words, "--why", "双胞胎")
    yes(capsys, *words, "--by", "王审核", "--why", "户口簿上是双胞胎")
    for at, (name, id_number) in enumerate((("李建军", brother), (MAN.name, MAN.id_number))):
        body = purchase(order_no=f"T-{at}", cardholder={"name": name, "id_number": id_number})
        opened = play.ok(installed.till().post("/v1/verifications", json=body), 201)
        person = opened["persons"][0]
        assert person["enrolled"]
        wanted = {"channel": "push", "person_id": person["person_id"]}
        answer = installed.till().post(f"/v1/verifications/{opened['id']}/attempts", json=wanted)
        play.refused(answer, 422, "look_alike")
    assert bring(installed, folder, ("李建军", brother, "", "twin.jpg")) == ["unchanged"]


def test_one_picture_cannot_show_two_twins(
    installed: World, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(installed, folder, *((*row[:3], "p2.jpg") for row in RIGHTLY)) == ["same_photo"] * 3
    first = listed(capsys, tmp_path / "page.html")[0]
    assert "not_twins" in no(
        "enrol", "--accept", first["编号"], "--twins", "--by", "王审核", "--why", "双胞胎"
    )
    assert "not_found" in no("enrol", "--accept", first["批次"], "--by", "王审核", "--why", "都对")


@pytest.fixture
def upheld(installed: World, capsys: pytest.CaptureFixture[str]) -> str:
    """An upheld appeal with somebody else's photo as its picture."""
    scene = play.pushed(installed, play.opened(installed))
    phone = installed.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(installed, phone, scene, WRONG)
    picture = (samples() / (WIFE.photo or "")).open("rb")
    appeal_id = str(play.ok(play.appealed(phone, scene, (picture, "me.jpg")), 201)["appeal_id"])
    assert "wrong_state" in no("appeals", "renew", appeal_id, "appeal-0")
    yes(capsys, "appeals", "uphold", appeal_id, "--reviewer", "王审核", "--note", "照片太旧")
    return appeal_id


def test_an_appeal_renews_a_reference_only_through_the_same_gate(
    installed: World, upheld: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The picture is 王秀英's: it waits, and 李建国 is still compared with his own."""
    assert no("appeals", "renew", upheld, "appeal-0") == "1"
    assert "same_photo" in capsys.readouterr().out
    assert no("appeals", "renew", upheld, "reference-0").startswith("not_found")
    (one,) = listed(capsys, tmp_path / "page.html")
    assert (one["姓名"], one["与谁相像"]) == ("李*国", ["王*英"])
    again = play.opened(installed, order_no="A-2")
    scene = play.pushed(installed, again)
    phone = installed.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.tried(installed, phone, scene, RIGHT)["outcome"] == "passed"


def test_the_command_runs_as_a_process(installed: World, tmp_path: Path) -> None:
    """`python -m scripts enrol --review`, typed."""
    words = [sys.executable, "-m", "scripts", "enrol", "--review", str(tmp_path / "page.html")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "没有待审核的照片"), done.stderr
    assert not re.search("Traceback", done.stderr)
