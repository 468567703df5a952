"""Persons' requests about their own data: each a case, answered within 15 days (PIPL, article 50)."""

from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict

CLOCK = timedelta(days=15)
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


def may_answer(kind: RequestKind, state: RequestState) -> None:
    """Raise Conflict `request_closed` for an answered request; deletions and exports are automatic."""
    if state is not RequestState.OPEN or kind is not RequestKind.CORRECT:
        raise Conflict("nothing is left to be answered here", code="request_closed")
