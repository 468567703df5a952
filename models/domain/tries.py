"""Ends a try of an attempt that no decision ended."""

from dataclasses import replace
from datetime import datetime, timedelta

from models.domain.attempt import Attempt, AttemptState, advance
from models.domain.attempt import AttemptEvent as E

BLANKS_PER_TRY = 3
MATCHER_GRACE = timedelta(seconds=60)


def came_to_nothing(attempt: Attempt, now: datetime) -> Attempt:
    """Return a captured attempt after a try in which nothing usable was filmed.

    Not counted, but the third such try is a failure with reason `not_acquired`.
    """
    if attempt.blanks + 1 >= BLANKS_PER_TRY:
        return advance(attempt, E.FAIL, now, reason="not_acquired")
    again = advance(attempt, E.AGAIN, now)
    return replace(again, blanks=attempt.blanks + 1, reason="not_acquired")


def went_unanswered(attempt: Attempt, now: datetime) -> Attempt:
    """Return a captured attempt after the matcher did not answer: its time is extended, once."""
    again = advance(attempt, E.AGAIN, now)
    if attempt.extended:
        return replace(again, reason="matcher_unavailable")
    later = max(attempt.expires_at, now + MATCHER_GRACE)
    return replace(again, reason="matcher_unavailable", expires_at=later, extended=True)


def redraw(attempt: Attempt, now: datetime, *, got_frames: bool) -> Attempt:
    """Return the attempt with a new challenge; an abandoned one that got frames counts as a try."""
    if attempt.state is not AttemptState.CHALLENGED or not got_frames:
        return advance(attempt, E.CHALLENGE, now)
    if attempt.tries_left > 1:
        return advance(replace(attempt, tries=attempt.tries + 1), E.CHALLENGE, now)
    return advance(attempt, E.ABANDON, now)
