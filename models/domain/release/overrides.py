"""Exceptions from the policy for an institution, a district or an age band, for a limited time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from models.domain.errors import Invalid
from models.domain.policy import Policy

LONGEST = timedelta(days=90)
# The fields that may be overridden; of each a larger value is the stricter one.
FIELDS = (
    "score_min", "raw_score_min", "raw_score_min_old", "cohort_margin", "same_face_min",
    "same_face_mean_min", "pad_required", "pad_min", "pad_doubt_min", "pad_low_min", "colour_required",
    "rate_min", "duration_min_ms", "motion_min", "evidence_min", "action_count",
)  # fmt: skip
# Thresholds on the scale of the policy's model set.
SCORES = frozenset({"score_min", "raw_score_min", "raw_score_min_old", "cohort_margin"})
AGES = ("14-17", "18-39", "40-59", "60+")


class Place(StrEnum):
    """What an override holds for, the widest first: a narrower one prevails."""

    DISTRICT = "district"
    INSTITUTION = "institution"
    AGE_BAND = "age_band"


@dataclass(frozen=True, slots=True)
class Override:
    """One override in force: its id, what it holds for, and its values by field."""

    id: str
    place: Place
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Explained:
    """One overridden value that an attempt is decided by, and what the policy itself says."""

    name: str
    value: Any
    usual: Any


def check(place: Place, key: str, values: Mapping[str, Any], policy: Policy) -> Policy:
    """Return the policy as overridden.

    Raises Invalid `override_invalid` for a field that is not listed, no change, or no such age band,
    `override_loosens` where an age band's value is below the policy's, and `policy_invalid`.
    """
    if not values or set(values) - set(FIELDS) or not 1 <= len(key) <= 32:
        raise Invalid("name a place and at least one of the listed fields", code="override_invalid")
    if place is Place.AGE_BAND and key not in AGES:
        raise Invalid(f"an age band is one of {', '.join(AGES)}", code="override_invalid")
    wanted = Policy.from_json(policy.to_json() | dict(values))
    if wanted == policy:
        raise Invalid("this is what the policy says already", code="override_invalid")
    if place is Place.AGE_BAND and any(values[name] < getattr(policy, name) for name in values):
        raise Invalid("age only tightens", code="override_loosens")
    return wanted


def check_end(ends_at: datetime, now: datetime) -> None:
    """Raise Invalid `override_end` unless an override ends within the next 90 days."""
    if not now < ends_at <= now + LONGEST:
        raise Invalid("an override ends within 90 days", code="override_end")


def resolved(
    policy: Policy, overrides: Iterable[Override], before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what an attempt stores of the overrides that hold for it, after those `before`; {} for none.

    `set` replaces the policy's values, `at_least` only raises them, `by` names the overrides. One that the
    policy in force has made impossible is left out: a customer never waits for an operator's mistake.
    """
    stored = dict(before or {})
    for one in sorted(overrides, key=lambda one: (list(Place).index(one.place), one.id)):
        part = "at_least" if one.place is Place.AGE_BAND else "set"
        wider = {**stored, part: {**stored.get(part, {}), **one.values}}
        wider["by"] = [*stored.get("by", ()), one.id]
        try:
            under(policy, wider)
        except Invalid:
            continue
        stored = wider
    return stored


def under(policy: Policy, stored: Mapping[str, Any]) -> Policy:
    """Return a policy as an attempt's stored overrides change it; raises Invalid `policy_invalid`."""
    if not stored:
        return policy
    values = policy.to_json() | dict(stored.get("set", {}))
    for name, least in stored.get("at_least", {}).items():
        values[name] = max(values[name], least)
    # Age only tightens: a bare score's threshold that was raised here is raised for old faces too.
    values["raw_score_min_old"] = max(values["raw_score_min_old"], values["raw_score_min"])
    return Policy.from_json(values)


def explained(policy: Policy, stored: Mapping[str, Any]) -> list[Explained]:
    """Return the values that overrides changed, in the order of the policy's fields."""
    old, new = policy.to_json(), under(policy, stored).to_json()
    return [Explained(name, new[name], old[name]) for name in new if new[name] != old[name]]
