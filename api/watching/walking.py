"""Walks the events of verifications: how long each step took, and which decision an event tells of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from models import tables

# Step, by the event that ends it: the event that begins it. A decision follows its capture at once.
BEGINS = {
    "attempt.delivered": "attempt.waiting",
    "attempt.opened": "attempt.waiting",
    "attempt.consented": "attempt.opened",
    "attempt.captured": "attempt.challenged",
}
CAPTURED, CONSENTED = "attempt.captured", "attempt.consented"
DECIDED = "decided"
DECIDING = ("attempt.passed", "attempt.failed", CONSENTED)


@dataclass(frozen=True, slots=True)
class Walked:
    """One event: the step it ends with its seconds, and the number of the attempt's decision it tells of."""

    event: tables.Event
    attempt_id: str | None
    step: str | None = None
    seconds: float = 0.0
    decision: int | None = None


@dataclass(slots=True)
class _Attempt:
    """What an attempt has been through: the newest time of each event, and its decisions."""

    at: dict[str, datetime] = field(default_factory=dict)
    decisions: int = 0
    is_captured: bool = False


def walk(events: Iterable[tables.Event]) -> Iterator[Walked]:
    """Yield the events of verifications, which must be in the order of each verification."""
    known: dict[str, _Attempt] = {}
    for event in events:
        attempt_id = event.public.get("attempt_id")
        if attempt_id is None:
            yield Walked(event, None)
        else:
            yield _next(known.setdefault(attempt_id, _Attempt()), event, attempt_id)


def _next(attempt: _Attempt, event: tables.Event, attempt_id: str) -> Walked:
    decided = attempt.is_captured and event.type in DECIDING
    begun = CAPTURED if decided else BEGINS.get(event.type)
    again = event.type == CONSENTED and not decided and CONSENTED in attempt.at
    number = attempt.decisions if decided else None
    attempt.decisions += decided
    attempt.is_captured = event.type == CAPTURED or (attempt.is_captured and not decided)
    start = attempt.at.get(begun) if begun and not again else None
    attempt.at[event.type] = event.created_at
    if start is None:
        return Walked(event, attempt_id, decision=number)
    step = DECIDED if decided else event.type.removeprefix("attempt.")
    return Walked(event, attempt_id, step, (event.created_at - start).total_seconds(), number)
