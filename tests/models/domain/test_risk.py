"""What is known beside the frames decides how much a try asks for."""

import pytest

from models.domain.errors import Invalid
from models.domain.layers.risk import Level, Risk, Signs, assess, cannot_be_lit, stricter
from models.domain.policy import Policy

POLICY = Policy()


@pytest.mark.parametrize(
    ("signs", "level", "reasons"),
    [
        (Signs(), Level.LOW, ()),
        (Signs(rank=0), Level.LOW, ()),
        (Signs(rank=1, failures=2), Level.LOW, ()),
        (Signs(new_phone=True), Level.LOW, ("new_phone",)),
        (Signs(rank=2), Level.LOW, ("wechat_rank",)),
        (Signs(rank=3), Level.RAISED, ("wechat_rank",)),
        (Signs(new_phone=True, new_device=True), Level.RAISED, ("new_phone", "new_device")),
        (Signs(new_phone=True, failures=3), Level.RAISED, ("new_phone", "failures")),
        (Signs(failures=6), Level.RAISED, ("failures",)),
        (Signs(failures=60), Level.RAISED, ("failures",)),
        (Signs(rank=4), Level.RAISED, ("wechat_rank",)),
        (Signs(rank=4, new_phone=True), Level.HIGH, ("wechat_rank", "new_phone")),
        (Signs(2, True, True, 3), Level.HIGH, ("wechat_rank", "new_phone", "new_device", "failures")),
    ],
)
def test_risk_signs_add_their_points(signs: Signs, level: Level, reasons: tuple[str, ...]) -> None:
    assert assess(signs, POLICY) == Risk(level, reasons)


def test_failures_need_not_count() -> None:
    assert assess(Signs(failures=99), Policy(risk_failures=0)).level is Level.LOW


def test_a_low_risk_on_the_counters_phone_changes_nothing() -> None:
    assert stricter(POLICY, Level.LOW) is POLICY


def test_a_persons_own_phone_answers_colours_at_any_risk() -> None:
    asked = stricter(POLICY, Level.LOW, own_phone=True)
    assert (asked.action_count, asked.colour_required) == (2, True)
    assert not stricter(Policy(colour_own_phone=False), Level.LOW, own_phone=True).colour_required


@pytest.mark.parametrize(("brightness", "unlit"), [(None, False), (160, False), (161, True)])
def test_a_face_too_bright_for_colours_is_recognised(brightness: int | None, unlit: bool) -> None:
    assert cannot_be_lit(POLICY, brightness) == unlit
    assert not cannot_be_lit(Policy(colour_own_phone=False), brightness)


@pytest.mark.parametrize("level", [Level.RAISED, Level.HIGH])
def test_a_raised_risk_asks_for_three_actions_and_an_answer_to_the_colours(level: Level) -> None:
    asked = stricter(POLICY, level)
    assert (asked.action_count, asked.colour_required) == (3, True)


@pytest.mark.parametrize(
    ("policy", "count", "required"),
    [
        (Policy(action_pool=("nod",), action_count=1), 1, True),
        (Policy(risk_actions=1), 2, True),
        (Policy(risk_colours=False), 3, False),
        (Policy(colour_count=3), 3, False),
        (Policy(colour_required=True, risk_colours=False), 3, True),
    ],
)
def test_no_more_is_asked_than_the_policy_can(policy: Policy, count: int, required: bool) -> None:
    asked = stricter(policy, Level.RAISED)
    assert (asked.action_count, asked.colour_required) == (count, required)


@pytest.mark.parametrize(
    "changes",
    [{"risk": "never"}, {"risk_raised": 0}, {"risk_raised": 5}, {"risk_actions": 0}, {"risk_actions": 4}],
)
def test_impossible_weights_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        Policy.from_json(changes)


@pytest.mark.parametrize(
    ("risk", "push", "qr"), [("off", False, False), ("push", True, False), ("both", True, True)]
)
def test_a_policy_says_which_channels_are_weighed(risk: str, push: bool, qr: bool) -> None:
    assert (Policy(risk=risk).weighs("push"), Policy(risk=risk).weighs("qr")) == (push, qr)
