"""Persons' requests about their own data: each a case, answered within 15 days (PIPL, article 50)."""

from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict

CLOCK = timedelta(days=15)
# From here on operators are warned.
PRESSES = timedelta(days=3)
# Maximum number of open requests per phone.
OPEN_AT_MOST = 5


class RequestKind(StrEnum):
    """Kind of a request."""

    EXPORT = "export"
    CORRECT = "correct"
    DELETE = "delete"


class RequestState(StrEnum):
    """State of a request."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


def due(asked_at: datetime) -> datetime:
    """Return the deadline for answering a request."""
    return asked_at + CLOCK


def time_left(state: RequestState, due_at: datetime, now: datetime) -> str:
    """Return how long an open request may still wait, with a mark from three days before its end; else ''."""
    if state is not RequestState.OPEN:
        return ""
    if now >= due_at:
        return f"⚠ 已逾期 {(now - due_at).days} 天"
    left = due_at - now
    return f"{'⚠ ' if left <= PRESSES else ''}还剩 {left.days} 天"


def may_answer(kind: RequestKind, state: RequestState) -> None:
    """Raise Conflict `request_closed` for an answered request; deletions and exports are automatic."""
    if state is not RequestState.OPEN or kind is not RequestKind.CORRECT:
        raise Conflict("nothing is left to be answered here", code="request_closed")
