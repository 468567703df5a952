"""What the simulated history's operators decide, on stored decisions."""

from api.abuse import answering
from api.policies import versions
from api.releases import actions
from models import tables
from models.domain.abuse.handling import AlertState
from models.domain.console.operator import Role
from models.domain.policy import Policy
from models.domain.release.stages import Stage
from scripts.simulation import deciding
from tests.support.console import colleague
from tests.support.decisions import Try, write
from tests.support.world import World


def newest(world: World) -> tables.Release:
    return actions.history(world.ports)[0]


def pinned(world: World) -> tuple[Policy, Policy]:
    one = newest(world)
    with world.ports.database.reading() as db:
        return versions.pinned(db, one.before), versions.pinned(db, one.version)


def bought(world: World, number: int, score: float = 0.7) -> None:
    """Write as many decisions of either arm; in shadow nobody is treated."""
    (before, after), shadow = pinned(world), newest(world).stage is Stage.SHADOW
    arms = [Try(before, score)] if shadow else [Try(before, score), Try(after, score, arm="treated")]
    write(world, arms * number)


def test_one_release_reaches_everybody_one_is_rolled_back_and_one_stays_in_shadow(world: World) -> None:
    names = [colleague(world, name, Role.OPERATOR).operator_id for name in ("li", "wang")]
    staff = deciding.operators(world.ports)
    assert staff.ids == names
    versions.enact(world.ports, Policy(), author="installation", approver="installation")
    first, second, third = deciding.PLANNED
    staff.morning(world.ports, first.first)
    assert newest(world).stage is Stage.SHADOW
    for number, reached in zip(deciding.SHORT.values(), (Stage.FIVE, Stage.QUARTER, Stage.FULL), strict=True):
        bought(world, number)
        staff.morning(world.ports, first.first + 1)
        assert newest(world).stage is reached
    staff.morning(world.ports, second.first)
    bought(world, 29, score=0.5)
    staff.morning(world.ports, second.first + 1)
    assert (newest(world).stage, newest(world).cause) == (Stage.ROLLED_BACK, "failures")
    staff.morning(world.ports, third.first)
    staff.morning(world.ports, third.first + 1)
    assert newest(world).stage is Stage.SHADOW and not staff.planned
    assert [one.proposer for one in actions.history(world.ports)] == [names[0]] * 3
    assert {one.approver for one in actions.history(world.ports)} == {names[1]}


def test_a_frozen_release_is_looked_at_and_resumed_the_next_morning(world: World) -> None:
    for name in ("li", "wang"):
        colleague(world, name, Role.OPERATOR)
    staff = deciding.operators(world.ports)
    staff.morning(world.ports, deciding.PLANNED[0].first)
    frozen = newest(world).id
    with world.ports.database.transaction() as db:
        db.get_one(tables.Release, frozen).held = "drift"
    staff.morning(world.ports, deciding.PLANNED[0].first + 1)
    assert newest(world).held is None and newest(world).stage is Stage.SHADOW


def test_an_installation_without_operators_releases_nothing(world: World) -> None:
    deciding.operators(world.ports).morning(world.ports, deciding.PLANNED[0].first)
    assert not actions.history(world.ports)


def test_only_alerts_without_fraud_behind_them_are_dismissed(world: World) -> None:
    colleague(world, "li", Role.OPERATOR)
    with world.ports.database.transaction() as db:
        for case in ("vrf_false", "vrf_true"):
            db.add(
                tables.Alert(
                    id=f"alr_{case}", kind="bypass_rate", about="cashier", subject=case, numbers={},
                    cases=[case], known=[], strength=1.0, state=AlertState.OPEN,
                    first_at=world.ports.now(), last_at=world.ports.now(),
                )
            )  # fmt: skip
    deciding.operators(world.ports).dismiss(world.ports, {"vrf_true"})
    assert [one.subject for one in answering.alerts(world.ports, AlertState.DISMISSED)] == ["vrf_false"]
    assert [one.subject for one in answering.alerts(world.ports, AlertState.OPEN)] == ["vrf_true"]
