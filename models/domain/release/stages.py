"""The stages of a release: who moves it, for what share of card-holders it decides, and when it goes on."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict, IllegalTransition

SHADOW_LEAST = 500
BACK_BY_ONE = timedelta(days=7)


class Stage(StrEnum):
    """How far a release has come."""

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
    """What moves a release."""

    PROPOSE = "propose"
    APPROVE = "approve"
    BEGIN = "begin"
    ADVANCE = "advance"
    ROLL_BACK = "roll_back"
    WITHDRAW = "withdraw"


class Arm(StrEnum):
    """By which policy an attempt is decided."""

    CONTROL = "control"
    TREATED = "treated"


LIVE = (Stage.SHADOW, Stage.FIVE, Stage.QUARTER, Stage.FULL)
TRANSITIONS: Mapping[tuple[Stage, Step], Stage] = {
    (Stage.DRAFT, Step.PROPOSE): Stage.PROPOSED,
    (Stage.DRAFT, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.PROPOSED, Step.APPROVE): Stage.APPROVED,
    (Stage.PROPOSED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.APPROVED, Step.BEGIN): Stage.SHADOW,
    (Stage.APPROVED, Step.WITHDRAW): Stage.WITHDRAWN,
    (Stage.SHADOW, Step.ADVANCE): Stage.FIVE,
    (Stage.FIVE, Step.ADVANCE): Stage.QUARTER,
    (Stage.QUARTER, Step.ADVANCE): Stage.FULL,
    **{(stage, Step.ROLL_BACK): Stage.ROLLED_BACK for stage in LIVE},
}
SHARES: Mapping[Stage, float] = {Stage.FIVE: 0.05, Stage.QUARTER: 0.25, Stage.FULL: 1.0}
# So many decisions of the stage (in shadow: replayed, later: treated) before the next may begin.
LEAST: Mapping[Stage, int] = {Stage.SHADOW: SHADOW_LEAST, Stage.FIVE: 200, Stage.QUARTER: 500}


@dataclass(frozen=True, slots=True)
class Release:
    """One policy on its way into force, and the version it replaces."""

    id: str
    version: int
    before: int
    stage: Stage
    proposer: str
    approver: str | None = None
    staged_at: datetime | None = None


def moved(stage: Stage, step: Step) -> Stage:
    """Return the stage that a step leads to; raises IllegalTransition for one that is not open."""
    target = TRANSITIONS.get((stage, step))
    if target is None:
        raise IllegalTransition(f"{step} while {stage}")
    return target


def may_approve(proposer: str, approver: str) -> None:
    """Raise Conflict `own_proposal` for whoever proposed the release."""
    if proposer == approver:
        raise Conflict("somebody else must approve it", code="own_proposal")


def share(stage: Stage) -> float:
    """Return the share of card-holders (0–1) whom the release's policy decides for."""
    return SHARES.get(stage, 0.0)


def arm(key: bytes, release_id: str, cardholder_id: str, treated: float) -> Arm:
    """Return the arm of a card-holder, the same at every try; who was treated stays so as the share grows.

    Keyed, so that nobody can tell beforehand whose card meets the kinder policy.
    """
    said = hmac.digest(key, f"{release_id}\n{cardholder_id}".encode(), "sha256")
    return Arm.TREATED if int.from_bytes(said[:8], "big") < treated * 2**64 else Arm.CONTROL


def people_to_go_back(full_at: datetime, now: datetime) -> int:
    """Return how many operators a return to the version before needs, counted from reaching everybody.

    One within 7 days, two later; a clock put back counts as later.
    """
    return 1 if full_at <= now < full_at + BACK_BY_ONE else 2
