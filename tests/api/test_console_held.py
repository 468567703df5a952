"""Held photos at the console: seen on record, decided once, by a reviewer alone."""

import io
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.acts import ledger
from api.console.watermark import CELL, grid
from api.directory import references
from models import tables
from models.domain.console.act import ActKind
from models.domain.console.operator import Role
from models.domain.identity.held import HeldState
from scripts.demo.film import samples
from tests.scripts.test_held import FACES, RIGHTLY, bring, moved
from tests.support.console import Colleague, colleague
from tests.support.world import World

LOOK = {"reason": "核对是否错行", "why": "与证件照对看"}


@pytest.fixture
def empty(world: World, tmp_path: Path) -> Iterator[tuple[World, Path]]:
    """Yield an installation with no photo on record, and a folder of photos with neutral names."""
    with world.ports.database.transaction() as db:
        references.revoke(world.ports, db, list(db.scalars(select(tables.Enrolment))))
    (tmp_path / "photos").mkdir()
    for name, face in FACES.items():
        shutil.copy(samples() / face, tmp_path / "photos" / name)
    yield world, tmp_path / "photos"


@pytest.fixture
def slipped(empty: tuple[World, Path]) -> tuple[World, str]:
    """Return an installation with an import whose photos are held one by one, and one of them."""
    world, folder = empty
    assert bring(world, folder, *moved(1)) == ["column_slipped"] * 3
    return world, photos(world)[0].id


@pytest.fixture
def unvouched(empty: tuple[World, Path]) -> tuple[World, str]:
    """Return an installation with an import that waits for a look at its contact sheet."""
    world, folder = empty
    assert bring(world, folder, *RIGHTLY) == ["unvouched"] * 3
    return world, photos(world)[0].import_id


def photos(world: World) -> list[tables.HeldPhoto]:
    with world.ports.database.reading() as db:
        return list(db.scalars(select(tables.HeldPhoto).order_by(tables.HeldPhoto.id)))


def acts(world: World, kind: ActKind) -> list[tuple[str, str | None]]:
    with world.ports.database.reading() as db:
        return [(one.actor, one.subject) for one in ledger.newest(db) if one.kind == kind]


def entered(world: World, name: str, role: Role = Role.REVIEWER) -> Colleague:
    one = colleague(world, name, role)
    assert one.sign_in().status_code == 303
    return one


def looked(one: Colleague, path: str) -> tuple[str, TestResponse]:
    """Give a reason and open the picture; return its address and the answer."""
    page = one.post(path, **LOOK).get_data(as_text=True)
    source = page.split('class="photo" src="')[1].split('"')[0]
    return source, one.client.get(source)


def test_a_held_photo_is_seen_for_a_minute_by_the_account_that_gave_a_reason(
    slipped: tuple[World, str],
) -> None:
    world, held_id = slipped
    one, two = entered(world, "anna"), entered(world, "berta")
    assert "照片列可能错行" in one.get(f"/console/held/{held_id}")
    path = f"/console/held/{held_id}/photos"
    assert one.post(path, reason=LOOK["reason"], why="").status_code == 422
    assert acts(world, ActKind.PHOTO_OPENED) == []
    source, answer = looked(one, path)
    assert answer.mimetype == "image/jpeg" and answer.headers["Cache-Control"] == "no-store"
    assert acts(world, ActKind.PHOTO_OPENED) == [(one.operator_id, held_id)]
    assert two.client.get(source).status_code == 404
    world.clock.tick(60)
    assert one.client.get(source).status_code == 403
    assert two.client.get("/console/photos/act_none").status_code == 404


def test_a_held_photo_is_decided_once_and_a_form_sent_again_changes_nothing(
    slipped: tuple[World, str],
) -> None:
    world, held_id = slipped
    one, path = entered(world, "anna"), f"/console/held/{held_id}"
    for choice, why, status in (("accept", " ", 422), ("twins", "长得像", 422), ("maybe", "不清楚", 400)):
        assert one.post(path, choice=choice, why=why).status_code == status
    assert one.post("/console/held/hld_none", choice="accept", why="与证件一致").status_code == 404
    assert acts(world, ActKind.HELD_DECIDED) == []
    form = {"choice": "accept", "why": "与证件一致"}
    assert [one.post(path, **form).status_code for _ in range(2)] == [303, 409]
    assert one.post(path, choice="refuse", why="再看").status_code == 409
    row = next(row for row in photos(world) if row.id == held_id)
    assert (row.state, row.decided_by) == (HeldState.ACCEPTED, "anna")
    assert acts(world, ActKind.HELD_DECIDED) == [(one.operator_id, held_id)]
    assert "已采用" in (shown := one.get(path)) and path not in shown


def test_nobody_but_a_reviewer_sees_or_decides_held_photos(slipped: tuple[World, str]) -> None:
    world, held_id = slipped
    import_id = photos(world)[0].import_id
    for role in (Role.OPERATOR, Role.AUDITOR, Role.ADMINISTRATOR):
        one = entered(world, f"one-{role}", role)
        for path in (f"/console/held/{held_id}", f"/console/imports/{import_id}"):
            assert one.post(path, choice="accept", why="与证件一致").status_code == 403
            assert one.post(f"{path}/photos", **LOOK).status_code == 403
    assert {row.state for row in photos(world)} == {HeldState.HELD}
    assert acts(world, ActKind.PHOTO_OPENED) == acts(world, ActKind.HELD_DECIDED) == []


def test_a_sensitive_look_asks_for_a_fresh_code(slipped: tuple[World, str]) -> None:
    world, held_id = slipped
    one = entered(world, "anna")
    world.clock.tick(timedelta(minutes=6).total_seconds())
    answer = one.post(f"/console/held/{held_id}/photos", **LOOK)
    assert answer.status_code == 303 and "/console/code" in answer.headers["Location"]
    assert acts(world, ActKind.PHOTO_OPENED) == []


def test_a_whole_import_is_seen_on_its_sheet_and_decided_once(unvouched: tuple[World, str]) -> None:
    world, import_id = unvouched
    one, path = entered(world, "anna"), f"/console/imports/{import_id}"
    shown = one.get(path)
    assert "3 张待审" in shown and "王*（女，1974 年生）" in shown
    _, answer = looked(one, f"{path}/photos")
    assert Image.open(io.BytesIO(answer.get_data())).height == 480
    assert acts(world, ActKind.PHOTO_OPENED) == [(one.operator_id, import_id)]
    form = {"choice": "accept", "why": "逐张对过证件"}
    assert one.post("/console/imports/imp_none", **form).status_code == 404
    assert [one.post(path, **form).status_code for _ in range(2)] == [303, 404]
    assert {(row.state, row.decided_by) for row in photos(world)} == {(HeldState.ACCEPTED, "anna")}
    assert one.client.get(path).status_code == 404


def test_many_pictures_stand_in_rows_of_cells() -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), (200, 30, 30)).save(out, "JPEG")
    sheet = grid([out.getvalue()] * 23, 10)
    assert sheet.size == (10 * CELL[0], 3 * CELL[1])
    assert sheet.getpixel((2 * CELL[0] + 5, 2 * CELL[1] + 5))[0] > 150
    assert sheet.getpixel((3 * CELL[0] + 5, 2 * CELL[1] + 5)) == (255, 255, 255)
