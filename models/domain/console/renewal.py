"""Rules for renewing a reference by a frame of an upheld appeal: the insured's yes, and the way back."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.attempt import Channel
from models.domain.console.review import Ground
from models.domain.errors import Conflict, IllegalTransition
from models.domain.notice import NAMES_RENEWAL
from models.domain.retention import APPEALED

# The insured answers within this time, and may take a yes back as long again.
ANSWER = BACK = timedelta(days=30)


class RenewalState(StrEnum):
    """State of a renewal; `wanted` until two reviewers chose a frame."""

    WANTED = "wanted"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ERASED = "erased"


class Answer(StrEnum):
    """What the insured answers."""

    YES = "yes"
    NO = "no"
    REVOKE = "revoke"


S = RenewalState
TRANSITIONS: dict[RenewalState, frozenset[RenewalState]] = {
    S.WANTED: frozenset({S.OFFERED, S.EXPIRED, S.ERASED}),
    S.OFFERED: frozenset({S.ACCEPTED, S.DECLINED, S.EXPIRED, S.ERASED}),
    S.ACCEPTED: frozenset({S.REVOKED}),
}
PENDING = frozenset({S.WANTED, S.OFFERED})
TARGET = {Answer.YES: S.ACCEPTED, Answer.NO: S.DECLINED, Answer.REVOKE: S.REVOKED}


def advance(state: RenewalState, target: RenewalState) -> RenewalState:
    """Return `target` if it may follow `state`, else raise IllegalTransition."""
    if target not in TRANSITIONS.get(state, frozenset()):
        raise IllegalTransition(f"{target} while {state}")
    return target


def is_wanted(channel: Channel, notice_version: str | None, grounds: Collection[Ground | None]) -> bool:
    """Tell whether the frames of an upheld appeal may renew the reference.

    Only where they were filmed on the insured's own phone, a reviewer found the reference outdated, and the
    notice agreed to before filming says that a frame may be kept for this.
    """
    return (
        channel is Channel.PUSH and notice_version in NAMES_RENEWAL and Ground.REFERENCE_OUTDATED in grounds
    )


def chosen_until(lodged: datetime) -> datetime:
    """Return until when two reviewers may choose a frame: as long as an appeal's frames are kept at most."""
    return lodged + APPEALED


def seen(state: RenewalState, until: datetime, now: datetime) -> RenewalState:
    """Return the state after a due expiry."""
    return S.EXPIRED if state in PENDING and now >= until else state


def answered(state: RenewalState, answer: Answer, until: datetime, now: datetime) -> RenewalState | None:
    """Return the state that an answer leads to, None where it was given before.

    Raises Conflict where nothing is offered, or not any more.
    """
    target, before = TARGET[answer], seen(state, until, now)
    if before is target:
        return None
    late = answer is Answer.REVOKE and not may_revoke(before, until, now)
    if late or target not in TRANSITIONS.get(before, frozenset()):
        raise Conflict(f"{answer} while {before}", code="wrong_state")
    return target


def may_revoke(state: RenewalState, until: datetime, now: datetime) -> bool:
    """Tell whether a yes can still be taken back."""
    return state is S.ACCEPTED and now < until
