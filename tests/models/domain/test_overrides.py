"""Overrides of the policy: who prevails, what age may do, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.domain.errors import Invalid
from models.domain.policy import Policy
from models.domain.release.overrides import (
    FIELDS,
    Override,
    Place,
    check,
    check_end,
    explained,
    resolved,
    under,
)

POLICY = Policy()
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def override(place: Place, name: str = "o", **values: object) -> Override:
    return Override(name, place, values)


def test_an_institution_prevails_over_its_district() -> None:
    given = [override(Place.INSTITUTION, score_min=0.48), override(Place.DISTRICT, score_min=0.5, rate_min=2)]
    policy = under(POLICY, resolved(POLICY, given))
    assert (policy.score_min, policy.rate_min) == (0.48, 2)


@pytest.mark.parametrize(("of_place", "then"), [(0.44, 0.5), (0.52, 0.52)])
def test_age_only_tightens_what_the_place_asks_for(of_place: float, then: float) -> None:
    given = [override(Place.AGE_BAND, score_min=0.5), override(Place.INSTITUTION, score_min=of_place)]
    assert under(POLICY, resolved(POLICY, given)).score_min == then


def test_age_never_loosens_a_stricter_policy_replayed_later() -> None:
    stored = resolved(POLICY, [override(Place.AGE_BAND, score_min=0.5)])
    assert under(replace(POLICY, score_min=0.55), stored).score_min == 0.55


def test_an_override_that_the_policy_made_impossible_is_left_out_and_others_hold() -> None:
    narrow = replace(POLICY, action_pool=("nod",), action_count=1)
    given = [override(Place.DISTRICT, "a", action_count=3), override(Place.INSTITUTION, "b", rate_min=3.0)]
    stored = resolved(narrow, given)
    assert (stored["by"], under(narrow, stored).action_count) == (["b"], 1)


def test_a_stricter_bare_score_holds_for_old_faces_too() -> None:
    policy = under(POLICY, resolved(POLICY, [override(Place.DISTRICT, raw_score_min=0.6)]))
    assert policy.raw_score_min_old == 0.6


def test_values_are_explained_against_the_policys_own() -> None:
    (one,) = explained(POLICY, resolved(POLICY, [override(Place.DISTRICT, score_min=0.5)]))
    assert (one.name, one.value, one.usual) == ("score_min", 0.5, 0.46)
    assert explained(POLICY, {}) == []


@pytest.mark.parametrize(
    ("place", "key", "values", "code"),
    [
        (Place.DISTRICT, "330106", {}, "override_invalid"),
        (Place.DISTRICT, "330106", {"face_age_min": 14}, "override_invalid"),
        (Place.DISTRICT, "", {"score_min": 0.5}, "override_invalid"),
        (Place.DISTRICT, "330106", {"score_min": POLICY.score_min}, "override_invalid"),
        (Place.DISTRICT, "330106", {"score_min": float("nan")}, "policy_invalid"),
        (Place.DISTRICT, "330106", {"score_min": 1e9}, "policy_invalid"),
        (Place.DISTRICT, "330106", {"pad_required": 1}, "policy_invalid"),
        (Place.AGE_BAND, "60+", {"score_min": 0.45}, "override_loosens"),
        (Place.AGE_BAND, "60+", {"pad_required": False}, "override_loosens"),
        (Place.AGE_BAND, "7-9", {"score_min": 0.5}, "override_invalid"),
    ],
)
def test_what_no_override_may_be_is_refused(place: Place, key: str, values: dict, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(place, key, values, POLICY)
    assert refused.value.code == code


@pytest.mark.parametrize("days", [-1, 0, 91, 40_000])
def test_an_override_ends_within_90_days(days: int) -> None:
    with pytest.raises(Invalid):
        check_end(NOW + timedelta(days=days), NOW)
    check_end(NOW + timedelta(days=90), NOW)


def test_every_listed_field_is_one_of_the_policys_and_larger_is_stricter() -> None:
    assert set(FIELDS) <= set(POLICY.to_json())
    assert all(isinstance(getattr(POLICY, name), float | int) for name in FIELDS)
