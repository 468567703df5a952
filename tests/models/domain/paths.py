"""Attempts walked to a given state, for the tests of the attempt's rules."""

from datetime import UTC, datetime, timedelta

from models.domain.attempt import AttemptEvent as E
from models.domain.attempt import AttemptState as S
from models.domain.attempt import Channel, advance, begin

T0 = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=120)

PATHS = {
    S.WAITING: (),
    S.OPENED: (E.OPEN,),
    S.CONSENTED: (E.OPEN, E.CONSENT),
    S.CHALLENGED: (E.OPEN, E.CONSENT, E.CHALLENGE),
    S.CAPTURED: (E.OPEN, E.CONSENT, E.CHALLENGE, E.CAPTURE),
    S.PASSED: (E.OPEN, E.CONSENT, E.CHALLENGE, E.CAPTURE, E.PASS),
    S.FAILED: (E.OPEN, E.CONSENT, E.CHALLENGE, E.CAPTURE, E.FAIL),
    S.APPEALED: (E.OPEN, E.CONSENT, E.CHALLENGE, E.CAPTURE, E.FAIL, E.APPEAL),
    S.DECLINED: (E.OPEN, E.DECLINE),
    S.EXPIRED: (),
    S.CANCELLED: (E.CANCEL,),
    S.SUPERSEDED: (E.SUPERSEDE,),
    S.UNDELIVERABLE: (E.UNDELIVERABLE,),
}


def after(seconds):
    """Return the instant so many seconds after the attempt was created."""
    return T0 + timedelta(seconds=seconds)


def walk(attempt, *events, at=0.0, reason=None):
    """Return the attempt after these events, all at one instant."""
    for event in events:
        attempt = advance(attempt, event, after(at), reason=reason if event is E.FAIL else None)
    return attempt


def attempt_in(state, channel=Channel.PUSH, reason=None):
    """Return an attempt that has just reached `state`, within its first second."""
    attempt = walk(begin(channel, WINDOW, T0), *PATHS[state], reason=reason)
    return advance(attempt, E.EXPIRE, attempt.deadline) if state is S.EXPIRED else attempt


def failed(attempt, times, at=0.0, reason=None):
    """Return a consented or failed attempt after so many counted failures."""
    for _ in range(times):
        attempt = walk(attempt, E.CHALLENGE, E.CAPTURE, E.FAIL, at=at, reason=reason)
    return attempt
