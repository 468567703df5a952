import math
from datetime import UTC, datetime, timedelta

import pytest

from models.domain.errors import Conflict, IllegalTransition, Invalid
from models.domain.policy import Policy
from models.domain.release import floors, stages
from models.domain.release.seen import FEN_MOST, PASSES_MOST, Budget
from models.domain.release.stages import LIVE, SHARES, Arm, Stage, Step

KEY = b"k" * 32
FULL_AT = datetime(2026, 11, 20, tzinfo=UTC)
LOW = {"women 18-39": 6e-5, "men 60": 1e-3}


def test_a_release_goes_through_every_stage_in_order() -> None:
    stage, path = Stage.DRAFT, [Step.PROPOSE, Step.APPROVE, Step.BEGIN, *[Step.ADVANCE] * 3]
    passed = [stage := stages.moved(stage, step) for step in path]
    assert passed == [
        Stage.PROPOSED, Stage.APPROVED, Stage.SHADOW, Stage.FIVE, Stage.QUARTER, Stage.FULL
    ]  # fmt: skip


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("step", Step)
def test_only_steps_of_the_table_are_taken(stage: Stage, step: Step) -> None:
    if (stage, step) in stages.TRANSITIONS:
        assert stages.moved(stage, step) in Stage
    else:
        with pytest.raises(IllegalTransition):
            stages.moved(stage, step)


def test_live_releases_can_be_rolled_back_and_ended_ones_never_change() -> None:
    assert all(stages.moved(stage, Step.ROLL_BACK) is Stage.ROLLED_BACK for stage in LIVE)
    assert not [step for step in Step for over in (Stage.ROLLED_BACK, Stage.WITHDRAWN)
                if (over, step) in stages.TRANSITIONS]  # fmt: skip


def test_nobody_approves_what_they_proposed() -> None:
    stages.may_approve("opr_1", "opr_2")
    with pytest.raises(Conflict) as refused:
        stages.may_approve("opr_1", "opr_1")
    assert refused.value.code == "own_proposal"


def test_arms_keep_their_shares_and_treated_card_holders_stay_treated() -> None:
    people = [f"per_{n}" for n in range(20_000)]
    before: set[str] = set()
    for stage, share in SHARES.items():
        treated = {one for one in people if stages.arm(KEY, "rel_1", one, stages.share(stage)) is Arm.TREATED}
        assert abs(len(treated) / len(people) - share) < 0.01
        assert before <= treated
        before = treated
    assert stages.share(Stage.SHADOW) == stages.share(Stage.ROLLED_BACK) == 0


def test_another_release_or_key_draws_other_arms() -> None:
    people = [f"per_{n}" for n in range(2_000)]
    drawn = [
        {one for one in people if stages.arm(key, release, one, 0.25) is Arm.TREATED}
        for key, release in ((KEY, "rel_1"), (KEY, "rel_2"), (b"o" * 32, "rel_1"))
    ]
    assert all(len(one & other) < 0.5 * len(one) for one in drawn for other in drawn if one is not other)


@pytest.mark.parametrize(
    ("later", "people"),
    [(timedelta(0), 1), (timedelta(days=7, seconds=-1), 1), (timedelta(days=7), 2), (timedelta(-1), 2)],
)
def test_a_rollback_needs_one_operator_within_seven_days_and_two_later(later: timedelta, people: int) -> None:
    assert stages.people_to_go_back(FULL_AT, FULL_AT + later) == people


@pytest.mark.parametrize(
    ("changes", "fmr", "names"),
    [
        ({}, LOW, ()),
        ({"pad_required": False}, LOW, ("pad_required",)),
        ({"pad_min": 0.0, "pad_doubt_min": -1.0}, LOW, ("pad_min", "pad_doubt_min")),
        ({"cohort_margin": -0.01}, LOW, ("cohort_margin",)),
        ({}, LOW | {"women 60": 1.01e-3}, ("fmr",)),
        ({}, LOW | {"women 60": math.nan}, ("fmr",)),
        ({}, {}, ("fmr",)),
        ({"pad_required": False}, {"all": 1.0}, ("pad_required", "fmr")),
    ],
)
def test_production_has_floors(changes: dict, fmr: dict, names: tuple) -> None:
    policy = Policy(**changes)
    assert floors.broken(policy, fmr) == names
    if names:
        with pytest.raises(Conflict, match=names[0]) as refused:
            floors.hold(policy, fmr)
        assert refused.value.code == "below_floor"
    else:
        floors.hold(policy, fmr)


@pytest.mark.parametrize("wrong", [{"passes": -1}, {"passes": PASSES_MOST + 1}, {"fen": FEN_MOST + 1}])
def test_a_budget_has_bounds(wrong: dict) -> None:
    with pytest.raises(Invalid):
        Budget(**wrong)
