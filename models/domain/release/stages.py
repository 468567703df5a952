"""Stages of a release: transitions, share of card-holders, and when the next stage begins."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict, IllegalTransition

SHADOW_LEAST = 500
BACK_BY_ONE = timedelta(days=7)


class Stage(StrEnum):
    """Stage of a release."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    SHADOW = "shadow"
    FIVE = "five"
    QUARTER = "quarter"
    FULL = "full"
    ROLLED_BACK = "rolled_back"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What changes a stage."""

    PROPOSE = "propose"
    APPROVE = "approve"
    BEGIN = "begin"
    BEGIN_UNSEEN = "begin_unseen"
    ADVANCE = "advance"
    ROLL_BACK = "roll_back"
    WITHDRAW = "withdraw"


class Arm(StrEnum):
    """The policy that decides an attempt: the previous or the new one."""

    CONTROL = "control"
    TREATED = "treated"


LIVE = (Stage.SHADOW, Stage.FIVE, Stage.QUARTER, Stage.FULL)
TRANSITIONS: Mapping[tuple[Stage, Step], Stage] = {
    (Stage.DRAFT, Step.PROPOSE): Stage.PROPOSED,
    (Stage.DRAFT, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.PROPOSED, Step.APPROVE): Stage.APPROVED,
    (Stage.PROPOSED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.APPROVED, Step.BEGIN): Stage.SHADOW,
    # No stored report shows what such a change does: a shadow would find nothing.
    (Stage.APPROVED, Step.BEGIN_UNSEEN): Stage.FIVE,
    (Stage.APPROVED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.SHADOW, Step.ADVANCE): Stage.FIVE,
    (Stage.FIVE, Step.ADVANCE): Stage.QUARTER,
    (Stage.QUARTER, Step.ADVANCE): Stage.FULL,
    **{(stage, Step.ROLL_BACK): Stage.ROLLED_BACK for stage in LIVE},
}
SHARES: Mapping[Stage, float] = {Stage.FIVE: 0.05, Stage.QUARTER: 0.25, Stage.FULL: 1.0}
# Decisions needed in the stage (in shadow: replayed, later: treated) before the next may begin.
LEAST: Mapping[Stage, int] = {Stage.SHADOW: SHADOW_LEAST, Stage.FIVE: 200, Stage.QUARTER: 500}


@dataclass(frozen=True, slots=True)
class Release:
    """A policy being released, and the version it replaces."""

    id: str
    version: int
    before: int
    stage: Stage
    proposer: str
    approver: str | None = None
    staged_at: datetime | None = None


def moved(stage: Stage, step: Step) -> Stage:
    """Return the stage after a step; raises IllegalTransition."""
    target = TRANSITIONS.get((stage, step))
    if target is None:
        raise IllegalTransition(f"{step} while {stage}")
    return target


def may_approve(proposer: str, approver: str) -> None:
    """Raise Conflict `own_proposal` for the release's proposer."""
    if proposer == approver:
        raise Conflict("somebody else must approve it", code="own_proposal")


def share(stage: Stage) -> float:
    """Return the share of card-holders (0–1) decided by the release's policy."""
    return SHARES.get(stage, 0.0)


def arm(key: bytes, release_id: str, cardholder_id: str, treated: float) -> Arm:
    """Return a card-holder's arm, stable over tries; a treated card-holder stays treated as the share grows.

    Keyed, so that nobody can predict whose card gets the more lenient policy.
    """
    said = hmac.digest(key, f"{release_id}\n{cardholder_id}".encode(), "sha256")
    return Arm.TREATED if int.from_bytes(said[:8], "big") < treated * 2**64 else Arm.CONTROL


def people_to_go_back(full_at: datetime, now: datetime) -> int:
    """Return how many operators a rollback needs, by the time since the release reached everybody.

    One within 7 days, two later; a clock set back counts as later.
    """
    return 1 if full_at <= now < full_at + BACK_BY_ONE else 2
