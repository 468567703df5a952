"""What a person asks for of their own data: each a case, answered within 15 days (PIPL, article 50)."""

from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict

CLOCK = timedelta(days=15)
# Asked for and not answered yet, at most so many on one phone.
OPEN_AT_MOST = 5


class RequestKind(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    CORRECT = "correct"
    DELETE = "delete"


class RequestState(StrEnum):
    """What became of it."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


def due(asked_at: datetime) -> datetime:
    """Return when a request must be answered."""
    return asked_at + CLOCK


def may_answer(kind: RequestKind, state: RequestState) -> None:
    """Raise Conflict `request_closed` for what was answered; deletions and exports answer themselves."""
    if state is not RequestState.OPEN or kind is not RequestKind.CORRECT:
        raise Conflict("nothing is left to be answered here", code="request_closed")
