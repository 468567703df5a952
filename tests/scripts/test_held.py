"""Photos that wait for a named operator: what gives a column away, and the commands as they are typed."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from sqlalchemy import select

from api.admin import import_words, sheets
from api.admin.importing import Import
from api.admin.photo_folder import PhotoFolder
from api.directory import batches, references
from api.privacy import retention
from models import tables
from models.domain.console.act import ActKind
from scripts import __main__ as yibao
from scripts.admin import setting
from scripts.admin.enrol import PEOPLE
from scripts.demo.film import samples
from tests.support import play, renewing
from tests.support.console import token
from tests.support.world import MAN, RIGHT, WIFE, World, number, purchase

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
    """Return an installation with no photo on record."""
    with installed.ports.database.transaction() as db:
        references.revoke(installed.ports, db, list(db.scalars(select(tables.Enrolment))))
    return installed


@pytest.fixture(autouse=True)
def signed_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Return the shell holds the token of a reviewer."""
    if "installed" in request.fixturenames or "empty" in request.fixturenames:
        request.getfixturevalue("installed")
        monkeypatch.setenv("YIBAO_OPERATOR_TOKEN", token(setting.ports()))


def write(folder: Path, *rows: tuple[str, str, str, str]) -> Path:
    """Write name, number, sex and photo as a people file."""
    lines = (f"{name},,{id_number},{sex},,{photo}," for name, id_number, sex, photo in rows)
    (folder / "people.csv").write_text("\n".join([",".join(PEOPLE), *lines]), encoding="utf-8")
    return folder / "people.csv"


def bring(world: World, folder: Path, *rows: tuple[str, str, str, str], check: bool = False) -> list[str]:
    run = Import(world.ports, PhotoFolder(folder), check)
    return [str(one.code) for one in run.people(sheets.read(write(folder, *rows), PEOPLE))]


Rows = tuple[tuple[str, str, str, str], ...]
RIGHTLY: Rows = (("赵一", HUSBAND, "", "p1.jpg"), ("钱二", GIRL, "", "p2.jpg"), ("王三", WOMAN, "", "p3.jpg"))


def by_name(folder: Path) -> list[tuple[str, str, str, str]]:
    """Put the photos into the folder once more, called by the names of their rows; return those rows."""
    for name, _, _, photo in RIGHTLY:
        shutil.copy(folder / photo, folder / f"{name}.jpg")
    return [(*row[:3], f"{row[0]}.jpg") for row in RIGHTLY]


def moved(by: int) -> list[tuple[str, str, str, str]]:
    photos = [row[3] for row in RIGHTLY]
    return [(*row[:3], photos[(at + by) % 3]) for at, row in enumerate(RIGHTLY)]


@pytest.mark.parametrize("by", [1, -1])
@pytest.mark.parametrize("check", [True, False])
def test_a_shifted_column_without_earlier_photos_is_held_completely(
    empty: World, folder: Path, by: int, check: bool
) -> None:
    assert bring(empty, folder, *moved(by), check=check) == ["column_slipped"] * 3


@pytest.mark.parametrize("check", [True, False])
def test_a_column_that_fits_is_used_where_its_files_say_whose_they_are(
    empty: World, folder: Path, check: bool
) -> None:
    assert bring(empty, folder, *by_name(folder), check=check) == ["ok"] * 3


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("file", ["{number}", "{name}-1", "照片{number}", "{name}/1"])
def test_a_file_or_its_folder_may_carry_the_number_or_the_name(
    empty: World, folder: Path, file: str, check: bool
) -> None:
    rows = [
        (name, number, sex, file.format(name=name, number=number) + ".jpg")
        for name, number, sex, _ in RIGHTLY[1:]
    ]
    for row, (*_, photo) in zip(rows, RIGHTLY[1:], strict=True):
        (folder / row[3]).parent.mkdir(exist_ok=True)
        shutil.copy(folder / photo, folder / row[3])
    assert bring(empty, folder, *rows, check=check) == ["ok"] * 2


@pytest.mark.parametrize("rows", [RIGHTLY[1:], RIGHTLY])
@pytest.mark.parametrize("check", [True, False])
def test_photos_that_nothing_vouches_for_are_held(
    empty: World, folder: Path, rows: Rows, check: bool
) -> None:
    """Two women may have one another's photo: no face tells."""
    assert bring(empty, folder, *rows, check=check) == ["unvouched"] * len(rows)


def test_the_setting_disables_vouching_but_not_the_hold_of_a_shifted_column(
    empty: World, folder: Path
) -> None:
    settings = empty.ports.settings.model_copy(update={"vouched_photos": False})
    world = replace(empty, ports=replace(empty.ports, settings=settings))
    assert bring(world, folder, *moved(1), check=True) == ["column_slipped"] * 3
    assert bring(world, folder, *RIGHTLY) == ["ok"] * 3


def test_a_sex_that_contradicts_the_number_is_reported_and_the_row_accepted(
    empty: World, folder: Path
) -> None:
    """The seventeenth digit of the husband's number is odd: a man's."""
    file = write(folder, ("赵一", HUSBAND, "女", ""), ("钱二", GIRL, "女", ""))
    run = Import(empty.ports, PhotoFolder(folder))
    told = [import_words.told(one) for one in run.people(sheets.read(file, PEOPLE))]
    assert told[0]["结论"] == "性别与证件号不符 (sex_mismatch)；没有照片 (none)"
    assert told[0]["怎么办"] == "请核对证件号和性别" and told[1]["结论"] == "没有照片 (none)"


def test_one_photo_alone_has_nothing_to_be_exchanged_with(empty: World, folder: Path) -> None:
    assert bring(empty, folder, RIGHTLY[1]) == ["ok"]


def test_a_man_and_a_woman_are_told_apart_by_their_faces(empty: World, folder: Path) -> None:
    assert bring(empty, folder, *RIGHTLY[:2]) == ["ok"] * 2


def test_a_photo_like_the_persons_earlier_one_is_vouched_for_by_it(empty: World, folder: Path) -> None:
    assert bring(empty, folder, *by_name(folder)) == ["ok"] * 3
    for name in FACES:
        picture = cv2.imread(str(folder / name))
        assert cv2.imwrite(str(folder / name), picture, [cv2.IMWRITE_JPEG_QUALITY, 60])
    assert bring(empty, folder, *RIGHTLY) == ["ok"] * 3


def test_an_inserted_cell_is_a_sign_of_its_own(empty: World, folder: Path) -> None:
    """The husband's photo stands in his wife's row, and nobody's in his."""
    rows = ("赵一", HUSBAND, "", ""), ("王三", WOMAN, "", "p1.jpg")
    assert bring(empty, folder, *rows) == ["none", "column_slipped"]


def test_a_sex_that_the_row_states_is_not_contradicted_unseen(empty: World, folder: Path) -> None:
    rows = (("王三", WOMAN, "女", "p1.jpg"), by_name(folder)[1])
    assert bring(empty, folder, *rows) == ["unlike_row", "ok"]


def test_a_number_alone_may_be_mistyped(empty: World, folder: Path) -> None:
    assert bring(empty, folder, ("王三", WOMAN, "", "p1.jpg"), by_name(folder)[1]) == ["ok", "ok"]


def yes(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    yibao.main(list(words))
    return capsys.readouterr().out


def no(*words: str) -> str:
    with pytest.raises(SystemExit) as end:
        yibao.main(list(words))
    return str(end.value.code)


def listed(capsys: pytest.CaptureFixture[str], page: Path) -> list[dict]:
    words = ("enrol", "--review", str(page), "--why", "逐张看", "--json")
    found: list[dict] = json.loads(yes(capsys, *words))
    return found


def typed(folder: Path) -> list[str]:
    return ["enrol", "--people", str(folder / "people.csv"), "--photos", str(folder)]


def test_held_photos_are_listed_shown_and_decided_by_commands(
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
    with empty.ports.database.reading() as db:
        acts = db.query(tables.Act).order_by(tables.Act.seq).all()
    looks = {one.subject for one in acts if one.kind == ActKind.PHOTO_OPENED}
    assert looks == {one["编号"] for one in waiting}
    assert [one.actor for one in acts if one.kind == ActKind.PEOPLE_IMPORTED] == [acts[-1].actor]
    first, batch = waiting[0]["编号"], waiting[0]["批次"]
    assert "reviewer_missing" in no("enrol", "--accept", first)
    assert "sign in first" in no("enrol", "--accept", first, "--why", "看过", "--token", "x")
    assert "accepted" in yes(capsys, "enrol", "--accept", first, "--why", "与证件一致")
    assert "wrong_state" in no("enrol", "--refuse", first, "--why", "再看")
    assert " 2 refused" in yes(capsys, "enrol", "--refuse", batch, "--why", "照片列错行")
    with empty.ports.database.reading() as db:
        row = db.get_one(tables.HeldPhoto, first)
        note = empty.ports.vault.text(f"held_photo.note:{first}", row.note or b"")
    assert (row.decided_by, note) == ("reviewer", "与证件一致")
    assert listed(capsys, page) == []


def test_a_corrected_column_is_accepted_after_the_shifted_one_is_refused(
    empty: World, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(empty, folder, *moved(1)) == ["column_slipped"] * 3
    batch = listed(capsys, tmp_path / "page.html")[0]["批次"]
    yes(capsys, "enrol", "--refuse", batch, "--why", "照片列错行")
    write(folder, *by_name(folder))
    assert "照片可用 3" in yes(capsys, *typed(folder))


def test_a_whole_import_is_reviewed_on_one_sheet_and_accepted_by_one_command(
    empty: World, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, *RIGHTLY)
    assert no(*typed(folder)) == "True"
    said = capsys.readouterr().out
    assert "照片可用，但文件名看不出是谁" in said and "--review" in said
    page = tmp_path / "page.html"
    (batch,) = listed(capsys, page)
    shown = page.read_text(encoding="utf-8")
    assert (batch["编号"], batch["姓名"]) == (batch["批次"], "3 张")
    assert shown.count("data:image/jpeg;base64,") == 3 and "王*（女，1974 年生）" in shown
    with empty.ports.database.reading() as db:
        assert db.scalar(select(tables.Enrolment).where(tables.Enrolment.revoked_at.is_(None))) is None
    assert "invalid" in no("enrol", "--accept", batch["编号"])
    accept = ("enrol", "--accept", batch["编号"], "--why", "逐张对过证件")
    assert " 3 accepted" in yes(capsys, *accept)
    assert "照片未变 3" in yes(capsys, *typed(folder))
    with empty.ports.database.reading() as db:
        assert set(db.scalars(select(tables.HeldPhoto.decided_by))) == {"reviewer"}


@pytest.mark.parametrize(("count", "most"), [(3, 60), (60, 60), (61, 60), (100_000, 60)])
def test_a_contact_sheet_is_spread_over_the_whole_import(count: int, most: int) -> None:
    ids = [str(at) for at in range(count)]
    chosen = batches.spread(ids, most)
    assert len(set(chosen)) == len(chosen) == min(count, most)
    assert (chosen[0], chosen[-1]) == (ids[0], ids[-1])


def twin(folder: Path) -> str:
    """Put another photo of 李建国 into the folder; return its name."""
    moving = cv2.VideoCapture(str(RIGHT.file))
    moving.set(cv2.CAP_PROP_POS_MSEC, 300)
    assert cv2.imwrite(str(folder / "twin.jpg"), moving.read()[1])
    return "twin.jpg"


def test_confirmed_twins_are_led_to_documents(
    installed: World, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    brother = number("33010619680512303")
    assert bring(installed, folder, ("李建军", brother, "", twin(folder))) == ["alike"]
    (one,) = listed(capsys, tmp_path / "page.html")
    assert one["与谁相像"] == ["李*国"] and "--twins" in (tmp_path / "page.html").read_text(encoding="utf-8")
    words = ["enrol", "--accept", one["编号"], "--twins"]
    assert "reviewer_missing" in no(*words)
    yes(capsys, *words, "--why", "户口簿上是双胞胎")
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
    assert "not_twins" in no("enrol", "--accept", first["编号"], "--twins", "--why", "双胞胎")
    assert "not_found" in no("enrol", "--accept", first["批次"], "--why", "都对")


@pytest.fixture
def second(installed: World) -> tuple[str, str]:
    """Return the option that names another reviewer."""
    return "--token", token(setting.ports(), "second")


@pytest.fixture
def upheld(installed: World, second: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return an upheld appeal of 王秀英, whose frames show 李建国's face."""
    scene = play.pushed(installed, play.opened(installed), WIFE.name)
    phone = installed.phone(WIFE.openid)
    play.agree(phone, scene)
    assert play.tried(installed, phone, scene, RIGHT)["reason"] == "not_matched"
    picture = (samples() / (WIFE.photo or "")).open("rb")
    appeal_id = str(play.ok(play.appealed(phone, scene, (picture, "me.jpg")), 201)["appeal_id"])
    assert "wrong_state" in no("appeals", "renew", appeal_id, "frame-0")
    # A relative scored above her, so that two reviewers judge.
    for words in ((), second):
        given = ("--ground", "reference_outdated", "--note", "照片太旧", *words)
        yes(capsys, "appeals", "uphold", appeal_id, *given)
    return appeal_id


def test_a_frame_of_an_upheld_appeal_is_used_only_after_the_insureds_yes(
    installed: World, upheld: str, second: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    (his,), (hers,) = renewing.used(installed), renewing.used(installed, WIFE)
    first = ("appeals", "renew", upheld)
    # The frames outlive the verdict until one is chosen.
    retention.sweep(installed.ports)
    for _ in range(2):
        assert "proposed" in yes(capsys, *first, "frame-0")
    for picture in ("appeal-0", "reference-0"):
        assert no(*first, picture).startswith("not_found")
    assert no(*first, "frame-0", *second) == "1"
    assert "alike" in capsys.readouterr().out
    # Without 李建国 on record it is nobody else's face.
    with installed.ports.database.transaction() as db:
        references.revoke(installed.ports, db, [db.get_one(tables.Enrolment, his.id)])
    yes(capsys, *first, "frame-1")
    assert "offered" in yes(capsys, *first, "frame-1", *second)
    assert "wrong_state" in no(*first, "frame-1")
    retention.sweep(installed.ports)
    assert renewing.used(installed, WIFE)[0].id == hers.id
    phone = installed.phone(WIFE.openid)
    (row,) = play.ok(phone.get("/mp/v1/me/renewals"))["renewals"]
    url = f"/mp/v1/me/renewals/{row['renewal_id']}"
    assert play.ok(phone.post(url, json={"answer": "yes"}))["state"] == "accepted"
    (used,) = renewing.used(installed, WIFE)
    assert renewing.row(installed, row["renewal_id"]).displaced == [hers.id] != [used.id]


def test_the_command_runs_as_a_process(installed: World, tmp_path: Path) -> None:
    """`python -m scripts enrol --review`, typed."""
    page = str(tmp_path / "page.html")
    words = [sys.executable, "-m", "scripts", "enrol", "--review", page, "--why", "每日查看"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "没有待审核的照片"), done.stderr
    assert not re.search("Traceback", done.stderr)
