"""Overrides at the console, and what attempts, decisions and their pages make of them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from api.policies import overriding, resolving, versions
from api.releases import overriding as actions
from api.releases.overriding import Wanted
from models import tables
from models.base import Base
from models.domain.console.operator import Role
from models.domain.errors import Conflict
from models.domain.policy import Policy
from models.domain.release.overrides import Place
from tests.support.console import Colleague, colleague
from tests.support.decisions import Try, write
from tests.support.world import World

LI, WANG = "opr_li", "opr_wang"
OLD, YOUNG = date(1950, 1, 1), date(2000, 1, 1)


@pytest.fixture
def shop(world: World) -> World:
    """An installation with the shipped policy in force."""
    versions.enact(world.ports, Policy(), author="installation", approver="installation")
    return world


@pytest.fixture
def either_shop(either: World) -> World:
    """The same on SQLite, then on PostgreSQL."""
    versions.enact(either.ports, Policy(), author="installation", approver="installation")
    return either


def wanted(world: World, place: Place = Place.INSTITUTION, key: str = "", **values: object) -> Wanted:
    ends = world.ports.now() + timedelta(days=30)
    return Wanted(place, key or world.institutions[0], values or {"score_min": 0.5}, ends, "门店光线差")


def in_force(world: World, *given: Wanted) -> list[str]:
    ids = [actions.propose(world.ports, LI, one).id for one in given]
    for one in ids:
        actions.approve(world.ports, WANG, one)
    return ids


def resolved(world: World, birth: date | None = YOUNG) -> resolving.Resolved:
    write(world, [])
    with world.ports.database.transaction() as db:
        verification = db.query(tables.Verification).first()
        found = resolving.resolve(world.ports, db, verification)
        return resolving.aged(world.ports, db, found, birth)


def test_an_override_holds_once_another_has_approved_it_until_it_is_over(shop: World) -> None:
    row = actions.propose(shop.ports, LI, wanted(shop))
    assert resolved(shop).overrides == {}
    with pytest.raises(Conflict):
        actions.approve(shop.ports, LI, row.id)
    actions.approve(shop.ports, WANG, row.id)
    with pytest.raises(Conflict):
        actions.approve(shop.ports, WANG, row.id)
    assert resolved(shop).policy.score_min == 0.5
    shop.clock.tick(31 * 86_400)
    assert resolved(shop).overrides == {}


def test_an_age_band_holds_for_who_is_of_it_alone(shop: World) -> None:
    in_force(shop, wanted(shop, Place.AGE_BAND, "60+", score_min=0.52), wanted(shop, score_min=0.48))
    assert [resolved(shop, born).policy.score_min for born in (OLD, YOUNG, None)] == [0.52, 0.48, 0.48]


def test_ending_takes_effect_at_once_and_only_once(shop: World) -> None:
    (override_id,) = in_force(shop, wanted(shop))
    actions.end(shop.ports, LI, override_id, "灯已换")
    assert resolved(shop).overrides == {}
    with pytest.raises(Conflict):
        actions.end(shop.ports, LI, override_id, "灯已换")


def test_the_same_field_is_overridden_once_a_place_and_a_lapsed_proposal_is_no_bar(shop: World) -> None:
    actions.propose(shop.ports, LI, wanted(shop))
    with pytest.raises(Conflict) as refused:
        actions.propose(shop.ports, WANG, wanted(shop))
    assert refused.value.code == "override_open"
    actions.propose(shop.ports, WANG, wanted(shop, rate_min=2.0))
    shop.clock.tick(8 * 86_400)
    actions.propose(shop.ports, WANG, wanted(shop))


def test_a_row_changed_in_the_database_is_not_applied(shop: World) -> None:
    (override_id,) = in_force(shop, wanted(shop))
    with shop.ports.database.transaction() as db:
        db.get_one(tables.PolicyOverride, override_id).changes = {"score_min": -1.0}
    assert resolved(shop).overrides == {}
    with shop.ports.database.reading() as db:
        assert not overriding.is_whole(shop.ports, db.get_one(tables.PolicyOverride, override_id))


def operators(world: World) -> tuple[Colleague, Colleague]:
    li, wang = (colleague(world, name, Role.OPERATOR) for name in ("li", "wang"))
    for one in (li, wang):
        assert one.sign_in().status_code == 303
        one.post("/console/code", code=one.code(), after="/console/overrides")
    return li, wang


def test_an_override_goes_from_its_form_to_the_decision_it_explains(shop: World) -> None:
    li, wang = operators(shop)
    ends = (shop.ports.now() + timedelta(days=20)).date().isoformat()
    form = {"where": "age_band=60+", "ends": ends, "score_min": "0.5", "reason": "<b>老人</b>"}
    for wrong in ({"ends": "soon"}, {"ends": "9999-12-31"}, {"where": "x=y"}, {"score_min": "0.40"},
                  {"score_min": "NaN"}, {"where": "institution=ins_none"}, {"reason": " "}):  # fmt: skip
        answer = li.post("/console/overrides", **(form | wrong))
        assert answer.status_code == 422 and 'role="alert"' in answer.text, wrong
    assert li.post("/console/overrides", **form).status_code == 303
    assert "&lt;b&gt;老人" in li.client.get("/console/overrides").text
    with shop.ports.database.reading() as db:
        (row,) = overriding.all_of(db)
    path = f"/console/overrides/{row.id}"
    assert [li.post(f"{path}/approve").status_code, wang.post(f"{path}/approve").status_code] == [409, 303]
    assert "生效中" in li.get("/console/overrides")
    with shop.ports.database.reading() as db:
        policy = versions.active(db)
    write(shop, [Try(policy, 0.48)])
    with shop.ports.database.transaction() as db:
        fact = db.query(tables.DecisionFact).first()
        fact.overrides = {"at_least": {"score_min": 0.5}, "by": [row.id]}
        case = f"/console/decisions/{fact.challenge_id}"
    shown = li.get(f"{case}?score_min=0.44")
    assert "因例外改为 <b>0.5</b>" in shown and row.id in shown and "0.480" in shown
    assert li.post(f"{path}/end", reason="不再需要").status_code == 303
    assert li.post(f"{path}/burn", reason="x").status_code == 404


# Each column, with one byte changed as SQL sees it; the id apart, which is then another row's.
CHANGED = {
    "place": "'jnstitution'", "key": "'x' || substr(key, 2)", "changes": "replace(changes, '0.5', '0.4')",
    "reason": "x'00'", "proposer": "'opr_mi'", "proposed_at": "'2027' || substr(proposed_at, 5)",
    "ends_at": "'2028' || substr(ends_at, 5)", "approver": "'opr_wank'", "mac": "'0' || substr(mac, 2)",
    "approved_at": "'2025' || substr(approved_at, 5)", "ended_by": "'opr_li'", "id": "'x' || substr(id, 2)",
}  # fmt: skip


# What PostgreSQL writes otherwise: it has types, and refuses text that is no JSON.
TYPED = {
    "changes": "replace(changes::text, '0.5', '0.4')::json", "reason": "decode('00', 'hex')",
    **{name: f"{name} + interval '1 second'" for name in ("proposed_at", "ends_at", "approved_at")},
}  # fmt: skip


def altering(dialect: str) -> dict[str, str]:
    """Return statements that change an override behind the application's back, by what they change."""
    typed = dialect == "postgresql"
    changed = CHANGED | (TYPED if typed else {})
    broken = "'[]'" if typed else "substr(changes, 2)"
    return {
        **{name: f"UPDATE policy_override SET {name} = {value}" for name, value in changed.items()},
        "broken": f"UPDATE policy_override SET changes = {broken}",
        "deleted": "DELETE FROM policy_override",
    }


def test_the_audit_names_an_override_of_which_one_byte_was_changed(either_shop: World) -> None:
    changed, whole = in_force(either_shop, wanted(either_shop), wanted(either_shop, rate_min=4.0))
    li, _ = operators(either_shop)
    assert actions.altered(either_shop.ports) == []
    table = Base.metadata.tables["policy_override"]
    with either_shop.ports.database.reading() as db:
        kept = db.execute(table.select().where(table.c.id == changed)).mappings().one()
        dialect = db.get_bind().dialect.name
    for column, said in altering(dialect).items():
        with either_shop.ports.database.transaction() as db:
            db.execute(text(f"{said} WHERE id = :id"), {"id": changed})
        found = {one.override_id: one.part for one in actions.altered(either_shop.ports)}
        part = {"reason": "reason", "deleted": "missing", "id": "missing"}.get(column, "row")
        assert found[changed] == part and whole not in found, column
        assert len(found) == (2 if column == "id" else 1), column
        policy = resolved(either_shop).policy
        assert (policy.rate_min, policy.score_min == 0.5) == (4.0, column == "reason"), column
        for page in ("overrides", "overrides.csv"):
            assert li.client.get(f"/console/{page}").status_code == 200, column
        with either_shop.ports.database.transaction() as db:
            db.execute(text("DELETE FROM policy_override WHERE id <> :id"), {"id": whole})
            db.execute(table.insert().values(dict(kept)))
    assert actions.altered(either_shop.ports) == []
    with either_shop.ports.database.transaction() as db:
        db.execute(text(f"{altering(dialect)['broken']} WHERE id = :id"), {"id": changed})
    assert in_force(either_shop, wanted(either_shop, evidence_min=4)), "another may still be proposed"
