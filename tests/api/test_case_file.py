"""What an appeal's page tells beside its forms: alerts, reasons of failed tries, whose case, verdicts."""

import pytest
from sqlalchemy import select

from api.appeals.dossier import Point, Scored
from api.console.casefile.axis import LEFT, RIGHT, axis
from api.console.cases import pairs
from api.privacy import retention
from models import tables
from models.domain.abuse.alert import About, AlertKind
from models.domain.abuse.handling import AlertState
from models.domain.appeal import AppealState
from models.domain.console.operator import Role
from models.domain.record.kin import Kinship
from tests.api.test_console_appeals import judged, lodged, of_own_phone, reviewer
from tests.support import play
from tests.support.console import colleague
from tests.support.world import MAN, World

NUMBERS = {"persons": 5, "families": 4, "times": 19, "appeals": 4, "best": 0.9}


def warned(world: World, appeal_id: str, kind: AlertKind, *, by_case: bool = True) -> str:
    """Keep an alert about an appeal's purchase, or about its cashier; return the id."""
    now = world.ports.now()
    with world.ports.database.transaction() as db:
        row = db.get_one(tables.Appeal, appeal_id)
        subject = "somebody" if by_case else f"{row.institution_id}/{row.cashier_id}"
        alert = tables.Alert(
            id=f"alr_{kind}", kind=kind, about=About.CASHIER, subject=subject, numbers=NUMBERS, known=[],
            cases=[row.verification_id] if by_case else [], strength=1.0, first_at=now, last_at=now,
            state=AlertState.OPEN,
        )  # fmt: skip
        db.add(alert)
        return alert.id


def test_a_case_and_the_queue_show_the_open_alerts_that_concern_it(world: World) -> None:
    appeal_id = lodged(world)
    first = warned(world, appeal_id, AlertKind.STAFF_SHOWN)
    second = warned(world, appeal_id, AlertKind.ONE_PHONE, by_case=False)
    one = reviewer(world)
    assert "异常提示 2" in one.get("/console/appeals")
    page = one.get(f"/console/appeals/{appeal_id}")
    assert "4 件未结申诉的照片像一名本店员工" in page and f"/console/alerts/{first}" in page
    assert one.post(f"/console/alerts/{second}/dismiss", reason="一家人").status_code == 303
    assert one.post(f"/console/alerts/{first}/confirm", reason="").status_code == 422
    assert one.post(f"/console/alerts/{first}/confirm", reason="已报医保局").status_code == 303
    page = one.get(f"/console/appeals/{appeal_id}")
    assert "已认定有问题" in page and f"/console/alerts/{second}" not in page
    assert "已认定有问题" in one.get(f"/console/alerts/{first}") and "现在还有 1 件没有结论" in one.get(
        f"/console/alerts/{first}"
    )


def again(world: World, appeal_id: str) -> str:
    """Keep an earlier appeal of the same insured and phone; return its id."""
    scene = play.pushed(world, play.opened(world, order_no="B-2"))
    with world.ports.database.transaction() as db:
        row = db.get_one(tables.Appeal, appeal_id)
        attempt = db.scalars(select(tables.Attempt).filter_by(scene=scene)).one()
        told = {one.name: getattr(row, one.name) for one in row.__table__.columns}
        told |= {"id": "apl_other", "attempt_id": attempt.id, "verification_id": attempt.verification_id}
        told |= {"state": AppealState.WITHDRAWN}
        db.add(tables.Appeal(**told))
        return "apl_other"


def test_a_case_says_whose_it_is_why_each_try_failed_and_what_else_they_appealed(world: World) -> None:
    appeal_id = of_own_phone(world)
    other = again(world, appeal_id)
    page = reviewer(world).get(f"/console/appeals/{appeal_id}")
    assert "李*国，" in page and " 岁" in page and "随参保数据导入" in page
    assert "向本人微信发出推送" in page and "没有看到动作" in page and "没有判断活体" in page
    assert f"/console/appeals/{other}" in page and "参保人、手机" in page
    assert MAN.name not in page and MAN.id_number not in page


def test_a_closed_case_names_who_judged_why_and_when_photos_were_deleted(world: World) -> None:
    appeal_id, one = lodged(world), reviewer(world)
    path = f"/console/appeals/{appeal_id}"
    one.post(f"{path}/claim")
    judged(one, appeal_id)
    world.clock.tick(60)
    retention.sweep(world.ports)
    auditor = colleague(world, "auditor", Role.AUDITOR)
    auditor.sign_in()
    for page in (one.get(path), auditor.get(path)):
        assert "意见：照片清楚。" in page and "复核员 reviewer" in page
        assert "本次拍摄和申诉照片已于" in page and "复核已有结论" in page


def test_a_second_reviewer_sees_neither_name_nor_note_of_the_first(world: World) -> None:
    appeal_id = lodged(world, amount_fen=20_001)
    one, two = reviewer(world), reviewer(world, "second")
    one.post(f"/console/appeals/{appeal_id}/claim")
    judged(one, appeal_id, "rejected other_person")
    for page in (two.get(f"/console/appeals/{appeal_id}"), two.get(f"/console/appeals/{appeal_id}/print")):
        assert "照片清楚。" not in page and "复核员 reviewer" not in page


@pytest.mark.parametrize(("score", "x"), [(-0.5, LEFT), (1.2, RIGHT)])
def test_scores_beyond_the_scale_are_marked_and_each_person_has_a_row(score: float, x: float) -> None:
    shown = axis(Scored((Point(None, score), Point(Kinship.CHILD, score)), 0.47, 0.5))
    assert shown is not None and len({one.y for one in shown.marks}) == 2
    assert shown.marks[0].claimed and shown.marks[0].x == x and "超出刻度" in shown.marks[0].text
    assert shown.marks[0].at_end is (x == RIGHT)


def test_the_reference_is_compared_with_every_frame_and_appeal_photo() -> None:
    names = ("appeal-0", "frame-0", "frame-1", "reference-0", "reference-1")
    assert pairs(names) == ("reference-0+frame-0", "reference-0+frame-1", "reference-0+appeal-0")
    assert pairs(names[:3]) == ()
