"""The risk level of a try on this phone, and the stricter policy for a risky one.

Frames alone cannot tell forged film from real film, so other knowledge decides how much is required: WeChat's
rating of the user, whether this person has passed on this phone and model before, and failures within the
hour.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from models.domain.policy import COLOURS_TELLING, Policy


class Level(StrEnum):
    """Risk level of a try."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"


# Failures that are rare for genuine users; an unseen movement is not one of them.
SUSPECT = frozenset({"not_live", "not_matched", "frames_seen_before", "frames_irregular", "action_order"})


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a try before filming; None: WeChat gave no rating.

    `rank` is WeChat's risk rank, 0–4; `failures` counts this person's suspicious failures within the last
    hour.
    """

    rank: int | None = None
    new_phone: bool = False
    new_device: bool = False
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Risk:
    """The level of one try and, for the report, its signs."""

    level: Level = Level.LOW
    reasons: tuple[str, ...] = ()


def assess(signs: Signs, policy: Policy) -> Risk:
    """Return the level for the signs' points.

    WeChat's ranks 2, 3, 4 give one, two, three points; a phone and a model on which the person has not passed
    before one each; `risk_failures` failures one, twice as many two.
    """
    failed = signs.failures // policy.risk_failures if policy.risk_failures else 0
    points = {
        "wechat_rank": max(0, (signs.rank or 0) - 1),
        "new_phone": int(signs.new_phone),
        "new_device": int(signs.new_device),
        "failures": min(2, failed),
    }
    total = sum(points.values())
    level = (
        Level.HIGH
        if total >= policy.risk_high
        else Level.RAISED
        if total >= policy.risk_raised
        else Level.LOW
    )
    return Risk(level, tuple(name for name, worth in points.items() if worth))


# Building a policy validates all fields, which costs more than a whole decision.
@lru_cache(maxsize=64)
def stricter(policy: Policy, level: str, *, own_phone: bool = False) -> Policy:
    """Return the policy for drawing and deciding a try of this level on this kind of phone."""
    risky = level != Level.LOW
    if not risky and not own_phone:
        return policy
    most = min(policy.risk_actions, len(policy.action_pool)) if risky else 0
    colours = risky and policy.risk_colours and policy.colour_count >= COLOURS_TELLING
    required = policy.colour_required or colours or (own_phone and must_answer(policy))
    return replace(policy, action_count=max(policy.action_count, most), colour_required=required)


def must_answer(policy: Policy) -> bool:
    """Tell whether the person's own phone must be seen to light the face, regardless of its own report."""
    return policy.colour_own_phone and policy.colour_count >= COLOURS_TELLING


def cannot_be_lit(policy: Policy, brightness: int | None) -> bool:
    """Tell whether a face (brightness 0–255, None: unknown) is too bright for the own phone to light it."""
    return must_answer(policy) and brightness is not None and brightness > policy.colour_light_max
