"""The state machine of a verification: the first terminal state is final."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.attempt import UNDECIDED, AttemptState
from models.domain.errors import Conflict, IllegalTransition

LIFE = timedelta(minutes=30)
TRIES_PER_VERIFICATION = 6
# The bureau's own service: a person's own face check, without a purchase.
SELF_SERVICE = "ins_self_service"
FAILURES_PER_PERSON_AND_DAY = 10


class VerificationState(StrEnum):
    """State of a verification."""

    OPEN = "open"
    PASSED = "passed"
    APPEALED = "appealed"
    BYPASSED = "bypassed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class VerificationEvent(StrEnum):
    """What can end a verification."""

    PASS = "pass"
    APPEAL = "appeal"
    BYPASS = "bypass"
    CANCEL = "cancel"
    LAPSE = "lapse"


V, E = VerificationState, VerificationEvent

TRANSITIONS: dict[VerificationState, dict[VerificationEvent, VerificationState]] = {
    V.OPEN: {
        E.PASS: V.PASSED,
        E.APPEAL: V.APPEALED,
        E.BYPASS: V.BYPASSED,
        E.CANCEL: V.CANCELLED,
        E.LAPSE: V.LAPSED,
    },
}
TERMINAL = frozenset(V) - {V.OPEN}
WITH_RECEIPT = frozenset({V.PASSED, V.APPEALED, V.BYPASSED})


@dataclass(frozen=True, slots=True)
class Verification:
    """One purchase's check, as the rules see it."""

    state: VerificationState
    expires_at: datetime


def begin(now: datetime) -> Verification:
    """Return a new open verification."""
    return Verification(V.OPEN, now + LIFE)


def is_due(verification: Verification, attempts: Iterable[AttemptState], now: datetime) -> bool:
    """Tell whether the verification must lapse; an attempt that began in time may still be finished."""
    overdue = verification.state is V.OPEN and now >= verification.expires_at
    return overdue and not any(state in UNDECIDED for state in attempts)


def advance(
    verification: Verification, event: VerificationEvent, attempts: Iterable[AttemptState] = ()
) -> Verification:
    """Return the verification after `event`, or raise; never change it.

    Raises IllegalTransition from a terminal state and Conflict `deciding` for a cancel or a
    bypass while one of `attempts` is captured.
    """
    target = TRANSITIONS.get(verification.state, {}).get(event)
    if target is None:
        raise IllegalTransition(f"{event} while {verification.state}")
    if event in (E.CANCEL, E.BYPASS):
        refuse_while_deciding(attempts)
    return replace(verification, state=target)


def refuse_while_deciding(attempts: Iterable[AttemptState]) -> None:
    """Raise Conflict `deciding` while a capture awaits its decision."""
    if any(state is AttemptState.CAPTURED for state in attempts):
        raise Conflict("a capture is being decided; ask again in a moment", code="deciding")


def may_begin_attempt(
    verification: Verification, tries: int, attempts: Iterable[AttemptState], now: datetime
) -> None:
    """Raise unless a new attempt may be begun now (rules 4 and 5)."""
    if verification.state is not V.OPEN or now >= verification.expires_at:
        raise Conflict("this verification is over", code="verification_ended")
    refuse_while_deciding(attempts)
    within_tries(tries)


def within_tries(tries: int, failures_today: int = 0) -> None:
    """Raise Conflict `tries_used_up` at 6 tries of a verification or 10 failures of a person in a day."""
    if tries >= TRIES_PER_VERIFICATION:
        raise Conflict("this verification has used all its tries", code="tries_used_up")
    if failures_today >= FAILURES_PER_PERSON_AND_DAY:
        raise Conflict("this person has failed too often today", code="tries_used_up")
