"""Rules for appeals: who may lodge one, until when, and how a review may end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.attempt import Attempt, AttemptState, Channel
from models.domain.errors import Conflict, IllegalTransition, Invalid, OutOfTime, TooMany
from models.domain.provider import Provider
from models.domain.verification import VerificationState

WINDOW = timedelta(minutes=10)
OPEN_PER_PERSON = 2
PER_CASHIER_AND_DAY = 5
PHOTOS = 3


class AppealState(StrEnum):
    """State of an appeal."""

    LODGED = "lodged"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class AppealReason(StrEnum):
    """Why the person disputes the comparison."""

    PHOTO_OUTDATED = "photo_outdated"
    APPEARANCE_CHANGED = "appearance_changed"
    CAPTURE_TROUBLE = "capture_trouble"
    OTHER = "other"


TRANSITIONS: dict[AppealState, frozenset[AppealState]] = {
    AppealState.LODGED: frozenset({AppealState.UPHELD, AppealState.REJECTED, AppealState.WITHDRAWN}),
}


def window(attempt: Attempt, verification: VerificationState) -> datetime | None:
    """Return until when an appeal would be accepted, or None if it would not."""
    if attempt.state is not AttemptState.FAILED or not attempt.appealable or attempt.failed_at is None:
        return None
    if verification is not VerificationState.OPEN:
        return None
    return attempt.failed_at + WINDOW


def may_lodge(attempt: Attempt, verification: VerificationState, now: datetime) -> None:
    """Raise unless an appeal against this attempt is accepted now (rule 7)."""
    until = window(attempt, verification)
    if until is None:
        raise Conflict("an appeal is not open for this attempt", code="appeal_not_allowed")
    if now >= until:
        raise OutOfTime("the ten minutes for an appeal are over", code="appeal_window_closed")


def has_room(open_of_person: int, of_cashier_today: int) -> bool:
    """Tell whether one more appeal is within 2 open ones a person and 5 a cashier a day."""
    return open_of_person < OPEN_PER_PERSON and of_cashier_today < PER_CASHIER_AND_DAY


def within_quota(open_of_person: int, of_cashier_today: int) -> None:
    """Raise TooMany at 2 open appeals a person or 5 a cashier a day."""
    if open_of_person >= OPEN_PER_PERSON:
        raise TooMany("this person already has open appeals", code="appeal_quota")
    if of_cashier_today >= PER_CASHIER_AND_DAY:
        raise TooMany("too many appeals at this counter today", code="appeal_quota")


def check_photos(channel: Channel, photos: Sequence[bytes], provider: Provider = Provider.OWN) -> None:
    """Raise Invalid unless 0–3 photos are given, on the QR channel at least one; none where WeChat verifies.

    WeChat's rules forbid face photos there except through its own interface.
    """
    if provider is Provider.WECHAT:
        if photos:
            raise Invalid("no photo is taken where WeChat verifies", code="too_many_photos")
        return
    if len(photos) > PHOTOS:
        raise Invalid("at most three photos", code="too_many_photos")
    if channel is Channel.QR and not photos:
        raise Invalid("an appeal on this phone needs a photo taken now", code="photo_required")


def advance(state: AppealState, target: AppealState) -> AppealState:
    """Return `target` if a review or withdrawal may lead there, else raise IllegalTransition."""
    if target not in TRANSITIONS.get(state, frozenset()):
        raise IllegalTransition(f"{target} while {state}")
    return target
