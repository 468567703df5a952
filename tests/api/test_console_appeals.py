"""Appeals at the console: taken by one, judged by those who may, photos looked at on record."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from api.acts import ledger
from api.console.watermark import PERIOD, beside, marked
from models import tables
from models.domain.appeal import AppealState
from models.domain.console.operator import Role
from scripts.demo.film import samples
from tests.support import play
from tests.support.console import Colleague, colleague
from tests.support.world import MAN, STAFF, WIFE, WRONG, World


@pytest.fixture
def appeal_id(world: World) -> str:
    """An appeal of 李建国's over 128.50 yuan, judged by one reviewer."""
    return lodged(world)


def lodged(world: World, **changes: object) -> str:
    verification = play.opened(world, **changes)
    scene, phone = play.coded(world, verification), world.phone(STAFF)
    phone.get(f"/mp/v1/attempts/{scene}")
    phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]})
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    play.ok(play.appealed(phone, scene, (io.BytesIO(picture()), "p.jpg")), 201)
    with world.ports.database.transaction() as db:
        row = db.scalars(select(tables.Appeal)).one()
        row.drawn = False
        return row.id


def picture() -> bytes:
    return (samples() / "single_face.jpg").read_bytes()


def reviewer(world: World, name: str = "reviewer", id_number: str | None = None) -> Colleague:
    one = colleague(world, name, Role.REVIEWER, id_number)
    assert one.sign_in().status_code == 303
    return one


def judged(one: Colleague, appeal_id: str, choice: str = "upheld same_person") -> str:
    answer = one.post(f"/console/appeals/{appeal_id}/verdict", choice=choice, note="照片清楚。")
    return answer.get_data(as_text=True)


def state(world: World, appeal_id: str) -> AppealState:
    with world.ports.database.reading() as db:
        return db.get_one(tables.Appeal, appeal_id).state


def test_an_appeal_is_taken_seen_and_judged(world: World, appeal_id: str) -> None:
    one = reviewer(world)
    assert "第一药房" in one.get("/console/appeals")
    page = one.get(f"/console/appeals/{appeal_id}")
    assert "登记照片太旧。" in page and "128.50" in page and "领取" in page
    assert MAN.name not in page and MAN.id_number not in page
    assert judged(one, appeal_id).count("重新领取") == 1
    assert one.post(f"/console/appeals/{appeal_id}/claim").status_code == 303
    assert "申诉成立" in judged(one, appeal_id)
    assert state(world, appeal_id) is AppealState.UPHELD
    assert "没有待复核的申诉" in one.get("/console/appeals")


def test_two_reviewers_cannot_hold_one_appeal_until_it_lapses(world: World, appeal_id: str) -> None:
    one, two = reviewer(world), reviewer(world, "second")
    one.post(f"/console/appeals/{appeal_id}/claim")
    assert two.post(f"/console/appeals/{appeal_id}/claim").status_code == 409
    assert "他人处理中" in two.get("/console/appeals")
    one.post(f"/console/appeals/{appeal_id}/release")
    assert two.post(f"/console/appeals/{appeal_id}/claim").status_code == 303


def test_a_costly_rejection_needs_a_second_reviewer_who_sees_no_verdict(world: World) -> None:
    appeal_id = lodged(world, amount_fen=20_001)
    one, two = reviewer(world), reviewer(world, "second")
    one.post(f"/console/appeals/{appeal_id}/claim")
    assert "另一位复核员" in judged(one, appeal_id, "rejected other_person")
    assert state(world, appeal_id) is AppealState.LODGED
    assert one.post(f"/console/appeals/{appeal_id}/claim").status_code == 409
    two.post(f"/console/appeals/{appeal_id}/claim")
    assert "看得出是另一个人\u3000" not in two.get(f"/console/appeals/{appeal_id}")
    assert "申诉不成立" in judged(two, appeal_id, "rejected other_person")
    assert state(world, appeal_id) is AppealState.REJECTED


def test_a_ground_of_the_other_verdict_and_an_empty_note_are_refused(world: World, appeal_id: str) -> None:
    one = reviewer(world)
    one.post(f"/console/appeals/{appeal_id}/claim")
    path = f"/console/appeals/{appeal_id}/verdict"
    assert one.post(path, choice="upheld other_person", note="x").status_code == 422
    assert one.post(path, choice="upheld same_person", note=" ").status_code == 422
    assert one.post(path, choice="perhaps", note="x").status_code == 400
    assert state(world, appeal_id) is AppealState.LODGED


@pytest.mark.parametrize("number", [MAN.id_number, WIFE.id_number])
def test_nobody_judges_an_appeal_of_their_family(world: World, appeal_id: str, number: str) -> None:
    one = reviewer(world, "relative", number)
    assert one.post(f"/console/appeals/{appeal_id}/claim").status_code == 403
    assert "您与本案有关" in one.get(f"/console/appeals/{appeal_id}")


def test_a_photo_is_shown_after_a_reason_for_a_minute_to_whoever_asked(world: World, appeal_id: str) -> None:
    one, two = reviewer(world), reviewer(world, "second")
    path = f"/console/appeals/{appeal_id}/photos"
    assert "对照：登记照片与本次拍摄" in one.get(path)
    refused = one.post(path, picture="reference-0", reason="判断是否同一人", why="")
    assert refused.status_code == 422
    shown = one.post(path, picture="reference-0+frame-0", reason="判断是否同一人", why="看五官")
    source = shown.get_data(as_text=True).split('class="photo" src="')[1].split('"')[0]
    answer = one.client.get(source)
    assert answer.mimetype == "image/jpeg" and answer.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(answer.get_data())).height == 480
    assert two.client.get(source).status_code == 404
    world.clock.tick(60)
    assert one.client.get(source).status_code == 403
    with world.ports.database.reading() as db:
        looks = [act for act in ledger.newest(db) if act.kind == "photo.opened"]
    assert len(looks) == 1 and looks[0].subject == appeal_id
    told = ledger.private_of(world.ports, looks[0])
    assert told == {"picture": "reference-0+frame-0", "why": "判断是否同一人：看五官"}


def test_an_auditor_sees_the_case_but_no_photo_and_judges_nothing(world: World, appeal_id: str) -> None:
    one = colleague(world, "auditor", Role.AUDITOR)
    one.sign_in()
    assert "您的角色不能看照片" in one.get(f"/console/appeals/{appeal_id}")
    assert one.client.get(f"/console/appeals/{appeal_id}/photos").status_code == 403
    assert one.post(f"/console/appeals/{appeal_id}/claim").status_code == 403


def test_every_cut_of_120_px_holds_a_whole_mark() -> None:
    plain = beside([picture()])
    shown = Image.open(io.BytesIO(marked(plain, ("reviewer", "11-28 19:45", "#12"))))
    assert shown.size == plain.size
    assert 2 * PERIOD <= 120
    for top in range(0, shown.height - PERIOD, PERIOD):
        for left in range(0, shown.width - PERIOD, PERIOD):
            box = (left, top, left + PERIOD, top + PERIOD)
            assert shown.crop(box).tobytes() != plain.crop(box).tobytes()
