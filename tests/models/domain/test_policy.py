import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.agent import AGENT_CHECKS
from models.domain.challenge import ACTION_CLASS
from models.domain.errors import Invalid
from models.domain.policy import ACTIONS, PRESENCE_CODE, Policy


def policies():
    """Return any valid policy, as far as its numbers go."""
    pools = st.lists(st.sampled_from(ACTIONS), min_size=3, unique=True).map(tuple)
    scores = st.floats(-1, 1)
    return st.builds(
        Policy, version=st.integers(1, 999), score_min=scores, cohort_margin=st.floats(0, 1),
        pad_min=st.floats(0, 1), grey_low=st.floats(-1, 0), grey_high=st.floats(0, 1), action_pool=pools,
        action_count=st.integers(1, 3), pad_required=st.booleans(),
        presence_code=st.sampled_from(PRESENCE_CODE), agent_checks=st.sampled_from(AGENT_CHECKS),
        agent_quota=st.integers(0, 99),
    )  # fmt: skip


@given(policies())
def test_a_policy_survives_json(policy):
    assert Policy.from_json(json.loads(json.dumps(policy.to_json()))) == policy


def test_missing_policy_fields_have_defaults():
    assert Policy.from_json({"score_min": 0.5}) == Policy(score_min=0.5)


def test_an_integer_is_a_valid_threshold():
    assert Policy.from_json({"score_min": 1}).score_min == 1


@pytest.mark.parametrize(
    "document",
    [
        {"score_minimum": 0.5},
        {"score_min": math.nan},
        {"score_min": math.inf},
        {"score_min": -1.01},
        {"score_min": "0.5"},
        {"score_min": None},
        {"score_min": True},
        {"pad_required": "false"},
        {"pad_required": 0},
        {"motion_min": 2.5},
        {"motion_min": -1},
        {"agent_checks": "on"},
        {"agent_quota": -1},
        {"face_age_min": 13},
        {"face_age_min": 19},
        {"agent_quota": 1.5},
        {"colour_count": -1},
        {"colour_count": 7},
        {"colour_required": True, "colour_count": 3},
        {"action_count": 0},
        {"action_count": 4},
        {"action_count": 2, "action_pool": ["nod"]},
        {"action_pool": []},
        {"action_pool": ["nod", "nod"]},
        {"action_pool": ["nod", "dance"]},
        {"action_pool": ["nod", ["smile"]]},
        {"action_pool": "nod"},
        {"action_pool": None},
        {"grey_low": 0.6, "grey_high": 0.5},
        {"presence_code": "always"},
        {"presence_code": None},
    ],
    ids=str,
)
def test_an_impossible_policy_is_refused(document):
    with pytest.raises(Invalid) as refusal:
        Policy.from_json(document)
    assert refusal.value.code == "policy_invalid"


def test_every_action_a_policy_may_ask_for_has_a_class():
    assert set(ACTIONS) == set(ACTION_CLASS)


def test_the_default_policy_needs_attack_detection():
    assert Policy().pad_required


@pytest.mark.parametrize(
    ("setting", "asked_on"), [("off", set()), ("risk", set()), ("push", {"push"}), ("both", {"push", "qr"})]
)
def test_the_four_digits_are_asked_for_where_policy_says(setting, asked_on):
    policy = Policy(presence_code=setting)
    assert {channel for channel in ("push", "qr") if policy.asks_presence_code(channel)} == asked_on
