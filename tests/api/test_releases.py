"""A release from proposal to everybody, and every way back, on stored decisions."""

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest

from api.acts import ledger
from api.jobs.due import WatchRelease, due
from api.policies import resolving, versions
from api.releases import actions, guarding, proposing
from models import tables
from models.domain.errors import Absent, Conflict, IllegalTransition, Invalid
from models.domain.policy import Policy
from models.domain.release.seen import Budget
from models.domain.release.stages import LEAST, Stage
from tests.support.decisions import Try, write
from tests.support.world import World

BUDGET = Budget()
LI, WANG, ZHAO = "opr_li", "opr_wang", "opr_zhao"


@pytest.fixture
def shop(world: World) -> World:
    """Return an installation with the shipped policy in force."""
    versions.enact(world.ports, Policy(), author="installation", approver="installation")
    return world


def purchase(world: World, cardholder_id: str) -> tables.Verification:
    return tables.Verification(institution_id=world.institutions[0], cardholder_id=cardholder_id)


def proposed(world: World, budget: Budget = BUDGET, **changes: object) -> str:
    return proposing.propose(world.ports, LI, changes or {"score_min": 0.48}, "少放亲属", budget).id


def row(world: World, release_id: str) -> tables.Release:
    with world.ports.database.reading() as db:
        return actions.found(db, release_id)


def active(world: World) -> Policy:
    with world.ports.database.reading() as db:
        return versions.active(db)


def policies(world: World, release_id: str) -> tuple[Policy, Policy]:
    with world.ports.database.reading() as db:
        one = actions.found(db, release_id)
        return versions.pinned(db, one.before), versions.pinned(db, one.version)


def watched(world: World, release_id: str) -> Stage:
    """Run the guard until there is nothing more to read."""
    for _ in range(8):
        before = (row(world, release_id).seen_at, row(world, release_id).stage)
        guarding.watch(world.ports)
        if before == (row(world, release_id).seen_at, row(world, release_id).stage):
            break
    return row(world, release_id).stage


def tries(world: World, release_id: str, controls: int, treated: int, **measured: float) -> Iterator[Try]:
    before, after = policies(world, release_id)
    return itertools.chain.from_iterable(
        [Try(before)] * controls + [Try(after, arm="treated", **measured)] for _ in range(treated)
    )


def staged(world: World, stage: Stage, budget: Budget = BUDGET, **changes: object) -> str:
    """Return a release advanced to a stage by flawless decisions."""
    release_id = proposed(world, budget, **changes)
    actions.approve(world.ports, WANG, release_id)
    assert watched(world, release_id) is Stage.SHADOW
    for reached in (Stage.FIVE, Stage.QUARTER, Stage.FULL):
        if row(world, release_id).stage is not stage:
            all_but_one(world, release_id)
            write(world, tries(world, release_id, 1, 1))
            assert watched(world, release_id) is reached
    return release_id


def all_but_one(world: World, release_id: str) -> None:
    """Give the guard one passed decision fewer than the next stage requires."""
    with world.ports.database.transaction() as db:
        one = actions.found(db, release_id)
        seen = LEAST[one.stage] - 1
        one.guard = one.guard | {"treated": seen, "control": seen}


def kinds(world: World) -> list[str]:
    with world.ports.database.reading() as db:
        return [one.kind for one in ledger.newest(db)][::-1]


def test_a_release_reaches_everybody_step_by_step_and_every_step_is_an_act(shop: World) -> None:
    release_id = staged(shop, Stage.FULL)
    assert active(shop).score_min == 0.48
    assert kinds(shop) == ["release.proposed", "release.approved"] + ["release.moved"] * 4
    with shop.ports.database.reading() as db:
        assert resolving.resolve(shop.ports, db, purchase(shop, "per_1")).arm == "treated"
    assert row(shop, release_id).guard["lenient"] == 0


def test_card_holders_in_the_arm_use_the_release_all_others_the_previous_version(
    shop: World,
) -> None:
    release_id = staged(shop, Stage.FIVE)
    before, after = policies(shop, release_id)
    with shop.ports.database.reading() as db:
        drawn = [resolving.resolve(shop.ports, db, purchase(shop, f"per_{n}")) for n in range(400)]
        again = [resolving.resolve(shop.ports, db, purchase(shop, f"per_{n}")) for n in range(400)]
    assert {one.policy.version for one in drawn if one.arm == "treated"} == {after.version}
    assert {one.policy.version for one in drawn if one.arm == "control"} == {before.version}
    assert drawn == again and 5 <= sum(one.arm == "treated" for one in drawn) <= 40


def test_in_shadow_nobody_is_treated(shop: World) -> None:
    release_id = staged(shop, Stage.SHADOW)
    with shop.ports.database.reading() as db:
        found = {
            resolving.resolve(shop.ports, db, purchase(shop, f"per_{n}")).policy.version for n in range(50)
        }
    assert found == {row(shop, release_id).before}


def test_a_policy_that_misses_more_is_rolled_back_by_its_failures(shop: World) -> None:
    release_id = staged(shop, Stage.FIVE)
    write(shop, tries(shop, release_id, 3, 40, score=0.47))
    assert watched(shop, release_id) is Stage.ROLLED_BACK
    ended = row(shop, release_id)
    assert (ended.cause, active(shop).version) == ("failures", ended.before)


def test_a_policy_that_lets_relatives_in_is_rolled_back_by_its_budget(shop: World) -> None:
    release_id = staged(shop, Stage.FIVE, cohort_margin=0.0)
    before, after = policies(shop, release_id)
    near = Try(after, score=0.70, relative=0.68, arm="treated")
    write(shop, [Try(before), near] * 2)
    assert watched(shop, release_id) is Stage.FIVE
    assert row(shop, release_id).guard["lenient_weight"] == 20
    write(shop, [Try(before), near])
    assert watched(shop, release_id) is Stage.ROLLED_BACK
    assert row(shop, release_id).cause == "budget_passes"


def test_scores_that_fall_in_both_arms_freeze_the_release(shop: World) -> None:
    release_id = staged(shop, Stage.FIVE)
    before, after = policies(shop, release_id)
    spread = [Try(before, score=0.6 + n % 7 * 0.03) for n in range(60)]
    write(shop, spread)
    deeds_before = row(shop, release_id).stage
    fallen = [Try(policy, score=0.45) for _ in range(30) for policy in (before, before, after)]
    write(shop, fallen)
    assert watched(shop, release_id) is deeds_before
    assert row(shop, release_id).held == "drift" and "release.held" in kinds(shop)
    actions.resume(shop.ports, ZHAO, release_id, "相机已换回")
    assert watched(shop, release_id) is Stage.FIVE and row(shop, release_id).held is None


def test_a_report_that_cannot_be_read_halts_the_release(shop: World) -> None:
    release_id = staged(shop, Stage.FIVE)
    _, after = policies(shop, release_id)
    write(shop, [Try(after, arm="treated", report=False)])
    write(shop, tries(shop, release_id, 1, 210))
    assert watched(shop, release_id) is Stage.FIVE
    assert row(shop, release_id).held == "missing"


def test_nobody_approves_their_own_release_and_none_twice(shop: World) -> None:
    release_id = proposed(shop)
    with pytest.raises(Conflict) as own:
        actions.approve(shop.ports, LI, release_id)
    assert own.value.code == "own_proposal"
    actions.approve(shop.ports, WANG, release_id)
    with pytest.raises(IllegalTransition):
        actions.approve(shop.ports, ZHAO, release_id)
    assert kinds(shop).count("release.approved") == 1


def test_one_release_at_a_time(shop: World) -> None:
    release_id = proposed(shop)
    with pytest.raises(Conflict) as second:
        proposed(shop, score_min=0.5)
    assert second.value.code == "release_open"
    actions.withdraw(shop.ports, ZHAO, release_id)
    assert row(shop, proposed(shop, score_min=0.5)).stage is Stage.PROPOSED


def test_evidence_expires_and_another_version_overtakes(shop: World) -> None:
    old = proposed(shop)
    shop.clock.tick(timedelta(days=7).total_seconds())
    with pytest.raises(Conflict) as expired:
        actions.approve(shop.ports, WANG, old)
    assert expired.value.code == "evidence_expired"
    actions.withdraw(shop.ports, LI, old)
    overtaken = proposed(shop)
    versions.enact(shop.ports, Policy(score_min=0.5), author="a", approver="b")
    with pytest.raises(Conflict) as late:
        actions.approve(shop.ports, WANG, overtaken)
    assert late.value.code == "overtaken"


def test_a_live_release_that_is_overtaken_ends(shop: World) -> None:
    release_id = staged(shop, Stage.SHADOW)
    versions.enact(shop.ports, Policy(score_min=0.5), author="a", approver="b")
    assert watched(shop, release_id) is Stage.ROLLED_BACK
    assert row(shop, release_id).cause == "overtaken" and active(shop).score_min == 0.5


def test_one_operator_rolls_back_within_seven_days_and_two_later(shop: World) -> None:
    release_id = staged(shop, Stage.FULL)
    assert actions.roll_back(shop.ports, ZHAO, release_id, "客诉增多") is True
    assert active(shop).score_min == Policy().score_min
    later = staged(shop, Stage.FULL)
    shop.clock.tick(timedelta(days=8).total_seconds())
    assert [actions.roll_back(shop.ports, ZHAO, later, "客诉增多") for _ in range(2)] == [False, False]
    assert active(shop).score_min == 0.48
    assert actions.roll_back(shop.ports, WANG, later, "同意") is True
    assert active(shop).score_min == Policy().score_min


@pytest.mark.parametrize(
    "changes", [{"score_min": float("nan")}, {"score_min": 1e9}, {"unknown": 1}, {"version": 9}]
)
def test_an_invalid_policy_is_never_proposed(shop: World, changes: dict) -> None:
    with pytest.raises(Invalid):
        proposing.propose(shop.ports, LI, changes, "试试", Budget())
    assert actions.history(shop.ports) == []


def test_an_unknown_release_is_absent(shop: World) -> None:
    with pytest.raises(Absent):
        actions.approve(shop.ports, WANG, "rel_nobodys")


def test_the_worker_watches_a_release_until_a_week_after_it_reached_everybody(shop: World) -> None:
    assert WatchRelease not in map(type, due(shop.ports))
    release_id = proposed(shop)
    actions.approve(shop.ports, WANG, release_id)
    assert WatchRelease(release_id) in due(shop.ports)
    guarding.watch(shop.ports)
    actions.roll_back(shop.ports, ZHAO, release_id, "不用了")
    assert WatchRelease(release_id) not in due(shop.ports)


def test_what_no_stored_report_can_show_begins_at_5_percent_and_a_mixture_in_shadow(shop: World) -> None:
    release_id = proposed(shop, action_count=3)
    actions.approve(shop.ports, WANG, release_id)
    assert watched(shop, release_id) is Stage.FIVE
    actions.roll_back(shop.ports, LI, release_id, "试完了")
    release_id = proposed(shop, action_count=3, score_min=0.48)
    actions.approve(shop.ports, WANG, release_id)
    assert watched(shop, release_id) is Stage.SHADOW
