"""Alerts in an installation: found in the tables, shown with their cases, handled as acts."""

from sqlalchemy import select, update

from api.abuse import gathering, raising
from api.acts import ledger
from models import tables
from models.domain.abuse.alert import AlertKind
from models.domain.abuse.handling import AlertState
from models.domain.console.operator import Role
from tests.support import play
from tests.support.console import Colleague, colleague
from tests.support.world import WRONG, World, purchase

DOCUMENTS = {"staff": "张收银", "document": "身份证", "reason": "刷脸不便"}


def entered(world: World, role: Role, name: str) -> Colleague:
    one = colleague(world, name, role)
    assert one.sign_in().status_code == 303
    return one


def bypassed(world: World, number: int, cashier: str) -> str:
    body = purchase(order_no=f"{cashier}-{number}", cashier={"id": cashier, "name": "张收银"})
    opened = str(play.ok(world.till().post("/v1/verifications", json=body), 201)["id"])
    url = f"/v1/verifications/{opened}"
    if cashier == "bad":
        play.ok(world.till().post(f"{url}/bypass", json=DOCUMENTS), 201)
    else:
        play.ok(world.till().post(f"{url}/cancel", json={}))
    world.clock.tick(120)
    return opened


def alarmed(world: World) -> list[str]:
    cases = [bypassed(world, number, "bad") for number in range(5)]
    for number in range(25):
        bypassed(world, number, f"c{number % 5}")
    assert raising.look(world.ports) == 1
    return cases


def state_of(world: World) -> AlertState:
    with world.ports.database.reading() as db:
        return db.scalars(select(tables.Alert)).one().state


def test_an_alert_says_why_leads_to_its_cases_and_is_dismissed_as_an_act(world: World) -> None:
    cases = alarmed(world)
    with world.ports.database.reading() as db:
        (row,) = db.scalars(select(tables.Alert))
    assert row.kind is AlertKind.BYPASS_RATE and sorted(row.cases) == sorted(cases)
    one = entered(world, Role.REVIEWER, "reviewer")
    assert "5 笔中有 5 笔以核对证件结束（100%）" in one.get("/console/alerts")
    page = one.get(f"/console/alerts/{row.id}")
    assert all(f"bad-{number}" in page for number in range(5))
    assert one.post(f"/console/alerts/{row.id}/dismiss", reason="").status_code == 422
    assert one.post(f"/console/alerts/{row.id}/dismiss", reason="本店老人多").status_code == 303
    assert one.post(f"/console/alerts/{row.id}/dismiss", reason="再来一次").status_code == 409
    assert "本店老人多" in one.get(f"/console/alerts/{row.id}")
    with world.ports.database.reading() as db:
        kinds = [act.kind for act in ledger.newest(db, most=4)]
    assert kinds[:2] == ["alert.opened", "alert.dismissed"]
    raising.look(world.ports)
    assert state_of(world) is AlertState.DISMISSED
    for number in (8, 9):
        bypassed(world, number, "bad")
    raising.look(world.ports)
    assert state_of(world) is AlertState.OPEN


def test_an_alert_rests_until_its_time_and_not_longer_than_30_days(world: World) -> None:
    alarmed(world)
    one = entered(world, Role.OPERATOR, "operator")
    with world.ports.database.reading() as db:
        alert_id = db.scalars(select(tables.Alert.id)).one()
    snooze = f"/console/alerts/{alert_id}/snooze"
    for days, status in (("31", 422), ("0", 422), ("-1", 422), ("9" * 30, 422), ("NaN", 400), ("1e9", 400)):
        assert one.post(snooze, reason="在查", days=days).status_code == status, days
    assert one.post(snooze, reason="在查", days="2").status_code == 303
    assert "在查" in one.get(f"/console/alerts/{alert_id}")
    raising.look(world.ports)
    assert state_of(world) is AlertState.SNOOZED
    world.clock.tick(2 * 86_400)
    raising.look(world.ports)
    assert state_of(world) is AlertState.OPEN


def test_an_auditor_reads_alerts_and_an_administrator_sees_none(world: World) -> None:
    alarmed(world)
    auditor = entered(world, Role.AUDITOR, "auditor")
    administrator = entered(world, Role.ADMINISTRATOR, "admin")
    with world.ports.database.reading() as db:
        alert_id = db.scalars(select(tables.Alert.id)).one()
    assert "排除</button>" not in auditor.get(f"/console/alerts/{alert_id}")
    assert auditor.post(f"/console/alerts/{alert_id}/dismiss", reason="x").status_code == 403
    assert administrator.client.get("/console/alerts").status_code == 403
    assert auditor.client.get("/console/alerts/alr_none").status_code == 404
    assert auditor.client.get("/console/alerts?state=other").status_code == 400


def test_open_appeals_of_two_families_that_show_one_face_are_one_alert(world: World) -> None:
    """The same film fails for two who are not related: two appeals, one face."""
    for name, number in (("李建国", 1), ("王秀英", 2)):
        body = purchase(order_no=f"F-{number}")
        opened = str(play.ok(world.till().post("/v1/verifications", json=body), 201)["id"])
        scene = play.pushed(world, opened, name)
        with world.ports.database.transaction() as db:
            db.execute(update(tables.SeenFrame).values(sha256="x", phash=""))
        phone = world.phone(world.wechat.sent[-1][0])
        play.agree(phone, scene)
        assert play.tried(world, phone, scene, WRONG)["outcome"] == "failed"
        play.ok(play.appealed(phone, scene), 201)
        world.clock.tick(60)
    raising.look(world.ports)
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.Alert)).all() == []
    with world.ports.database.transaction() as db:
        db.query(tables.FamilyLink).delete()
    raising.look(world.ports)
    with world.ports.database.reading() as db:
        (row,) = db.scalars(select(tables.Alert))
    assert row.kind is AlertKind.SAME_FACE and len(row.cases) == 2
    assert len(world.ports.faces.of) == 2


def test_families_are_all_who_are_tied_to_each_other() -> None:
    named = gathering.families([("a", "b"), ("c", "d"), ("b", "c"), ("x", "y")])
    assert len({named[one] for one in "abcd"}) == 1 and named["x"] == named["y"] != named["a"]
