"""The state machine of an attempt: a transition table and a pure function that applies it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict, IllegalTransition, OutOfTime

TRIES_PER_ATTEMPT = 3
CHALLENGE_LIFE = timedelta(seconds=30)
APPEALABLE = frozenset({"not_matched", "not_acquired", "action_missing", "tries_used_up"})


class Channel(StrEnum):
    """How the person is reached: by a message or by a code."""

    PUSH = "push"
    QR = "qr"


class AttemptState(StrEnum):
    """State of an attempt."""

    WAITING = "waiting"
    OPENED = "opened"
    CONSENTED = "consented"
    CHALLENGED = "challenged"
    CAPTURED = "captured"
    PASSED = "passed"
    FAILED = "failed"
    APPEALED = "appealed"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    UNDELIVERABLE = "undeliverable"


class AttemptEvent(StrEnum):
    """What can happen to an attempt."""

    OPEN = "open"
    CHOOSE = "choose"
    CONSENT = "consent"
    DECLINE = "decline"
    CHALLENGE = "challenge"
    ABANDON = "abandon"
    CAPTURE = "capture"
    PASS = "pass"
    FAIL = "fail"
    AGAIN = "again"
    EXPIRE = "expire"
    CANCEL = "cancel"
    SUPERSEDE = "supersede"
    UNDELIVERABLE = "undeliverable"
    APPEAL = "appeal"


S, E = AttemptState, AttemptEvent

LIVE = frozenset({S.WAITING, S.OPENED, S.CONSENTED, S.CHALLENGED})
UNDECIDED = LIVE | {S.CAPTURED}
TERMINAL = frozenset(S) - UNDECIDED - {S.FAILED}

_ENDINGS = {E.EXPIRE: S.EXPIRED, E.CANCEL: S.CANCELLED, E.SUPERSEDE: S.SUPERSEDED}
_REFUSABLE = {**_ENDINGS, E.DECLINE: S.DECLINED}

TRANSITIONS: dict[AttemptState, dict[AttemptEvent, AttemptState]] = {
    S.WAITING: {E.OPEN: S.OPENED, E.UNDELIVERABLE: S.UNDELIVERABLE, **_ENDINGS},
    S.OPENED: {E.CHOOSE: S.OPENED, E.CONSENT: S.CONSENTED, **_REFUSABLE},
    S.CONSENTED: {E.CHALLENGE: S.CHALLENGED, **_REFUSABLE},
    S.CHALLENGED: {E.CHALLENGE: S.CHALLENGED, E.ABANDON: S.FAILED, E.CAPTURE: S.CAPTURED, **_REFUSABLE},
    S.CAPTURED: {E.PASS: S.PASSED, E.FAIL: S.FAILED, E.AGAIN: S.CONSENTED},
    S.FAILED: {E.CHALLENGE: S.CHALLENGED, E.APPEAL: S.APPEALED, E.SUPERSEDE: S.FAILED},
}

# A failed attempt keeps its failure, and with it the right to appeal, however a later retry ends. The
# exception is a cancelled purchase, which leaves nothing to appeal for.
_BACK_TO_FAILED = frozenset({E.EXPIRE, E.SUPERSEDE, E.DECLINE, E.AGAIN})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One push or code for one person, as the rules see it."""

    channel: Channel
    state: AttemptState
    created_at: datetime
    expires_at: datetime
    window: timedelta
    challenge_expires_at: datetime | None = None
    tries: int = 0
    blanks: int = 0
    extended: bool = False
    failed_at: datetime | None = None
    appealable: bool = False
    reason: str | None = None

    @property
    def tries_left(self) -> int:
        """Return how many counted tries remain, 0–3."""
        return max(0, TRIES_PER_ATTEMPT - self.tries)

    @property
    def deadline(self) -> datetime:
        """Return the instant from which the attempt is overdue.

        A challenge that began in time may be finished, so it can outlive the attempt's own time.
        """
        if self.state is S.CHALLENGED and self.challenge_expires_at is not None:
            return max(self.expires_at, self.challenge_expires_at)
        return self.expires_at


def begin(channel: Channel, window: timedelta, now: datetime) -> Attempt:
    """Return a new attempt that waits `window` (120 s in production) to be opened."""
    return Attempt(channel, S.WAITING, created_at=now, expires_at=now + window, window=window)


def is_due(attempt: Attempt, now: datetime) -> bool:
    """Tell whether an unfinished attempt's time has run out."""
    return attempt.state in LIVE and now >= attempt.deadline


def settle(attempt: Attempt, now: datetime) -> Attempt:
    """Return the attempt with a due expiry applied; every read and write does this first."""
    return advance(attempt, E.EXPIRE, now) if is_due(attempt, now) else attempt


def advance(attempt: Attempt, event: AttemptEvent, now: datetime, *, reason: str | None = None) -> Attempt:
    """Return the attempt after `event`, or raise; never change `attempt`.

    Raises IllegalTransition when the state has no such transition, OutOfTime after the deadline (for EXPIRE:
    before it), Conflict `tries_used_up` beyond the limit.
    """
    target = TRANSITIONS.get(attempt.state, {}).get(event)
    if target is None:
        raise IllegalTransition(f"{event} while {attempt.state}")
    _check_time(attempt, event, now)
    if event in _BACK_TO_FAILED and attempt.failed_at is not None:
        target = S.FAILED
    return _apply(replace(attempt, state=target), event, now, reason)


def _check_time(attempt: Attempt, event: AttemptEvent, now: datetime) -> None:
    """Raise OutOfTime unless the deadline allows `event` now."""
    if event is E.EXPIRE:
        if not is_due(attempt, now):
            raise OutOfTime(f"not due before {attempt.deadline}")
    elif event in (E.CANCEL, E.SUPERSEDE):
        return
    elif is_due(attempt, now):
        raise OutOfTime("the time for this is over")
    elif event in (E.CHALLENGE, E.ABANDON) and now >= attempt.expires_at:
        raise OutOfTime("no new try after the deadline")
    elif event is E.CAPTURE and _too_old(attempt.challenge_expires_at, now):
        raise OutOfTime("the challenge is too old", code="challenge_expired")


def _too_old(challenge_expires_at: datetime | None, now: datetime) -> bool:
    return challenge_expires_at is not None and now >= challenge_expires_at


def _apply(moved: Attempt, event: AttemptEvent, now: datetime, reason: str | None) -> Attempt:
    """Return `moved` with the fields that the event changes besides the state."""
    qr = moved.channel is Channel.QR
    match event:
        case E.OPEN if qr:
            return replace(moved, expires_at=now + moved.window * 3 / 2)
        case E.CONSENT if qr:
            return replace(moved, expires_at=now + moved.window)
        case E.CHALLENGE:
            if moved.tries_left == 0:
                raise Conflict("no tries left for this attempt", code="tries_used_up")
            return replace(moved, challenge_expires_at=now + CHALLENGE_LIFE)
        case E.PASS:
            return replace(moved, reason="ok", tries=moved.tries + 1)
        case E.FAIL:
            return _failed(moved, reason or "not_matched", now)
        case E.ABANDON:
            return _failed(moved, "tries_used_up", now)
        case E.SUPERSEDE | E.DECLINE if moved.state is S.FAILED:
            return replace(moved, expires_at=min(moved.expires_at, now))
        case E.UNDELIVERABLE:
            return replace(moved, reason=reason)
    return moved


def _failed(moved: Attempt, reason: str, now: datetime) -> Attempt:
    """Return `moved` with one more counted failure; an earlier right to appeal is kept."""
    return replace(
        moved,
        reason=reason,
        tries=moved.tries + 1,
        blanks=0,
        failed_at=now,
        appealable=moved.appealable or reason in APPEALABLE,
    )
