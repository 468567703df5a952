"""A verification's events as they happen: server-sent events, or a long poll."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypedDict, cast

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from api.events.feed import EventFeed, Place
from api.ports import Ports
from api.verification import case as cases
from api.verification.case import Case
from api.verification.record import PublicEvent
from models import tables
from models.domain.errors import Absent, Malformed
from models.domain.verification import TERMINAL

HEARTBEAT_S = 10.0
SETTLE_S = 1.0
_EVENT = tables.Event
_AFTER = (
    select(_EVENT.public)
    .where(_EVENT.verification_id == bindparam("verification_id"), _EVENT.seq > bindparam("after"))
    .order_by(_EVENT.seq)
)

Form = Callable[[PublicEvent], str]


class EventPage(TypedDict):
    """A poll's result: the events, the last sequence number and the verification's state."""

    events: list[PublicEvent]
    last: int
    state: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A case with expiries applied and its events after a sequence number, read together."""

    case: Case
    events: list[PublicEvent]

    def page(self, after: int) -> EventPage:
        """Return the result of a poll that does not wait."""
        last = self.events[-1]["seq"] if self.events else after
        return {"events": self.events, "last": last, "state": self.case.verification.state.value}


def snapshot(ports: Ports, verification_id: str, after: int, owner: str | None = None) -> Snapshot:
    """Return a verification and its events after a sequence number; raises Absent for another `owner`'s."""
    with ports.database.reading() as db:
        case = cases.load(db, verification_id, lock=False)
        if owner is not None and case.institution.id != owner:
            raise Absent
        if not cases.is_due(ports, case):
            return Snapshot(case, _after(db, verification_id, after))
    return Snapshot(cases.seen(ports, verification_id), events_after(ports, verification_id, after))


def events_after(ports: Ports, verification_id: str, after: int) -> list[PublicEvent]:
    """Return the public payloads of all events after a sequence number."""
    with ports.database.reading() as db:
        return _after(db, verification_id, after)


def _after(db: Session, verification_id: str, after: int) -> list[PublicEvent]:
    found = db.scalars(_AFTER, {"verification_id": verification_id, "after": after})
    return cast("list[PublicEvent]", list(found))


def last_event_id(header: str | None, after: int) -> int:
    """Return the sequence number to continue from, or raise Malformed."""
    if header is None or not header.strip():
        return after
    if not header.strip().isdecimal() or len(header) > 12:
        raise Malformed("Last-Event-ID is a sequence number")
    return int(header)


def is_over(ports: Ports, verification_id: str, last: int) -> bool:
    """Tell whether the verification has ended and the client has received all its events.

    An appeal is reviewed long after the end: its later events are still sent, but clients do not wait for
    them.
    """
    seen = snapshot(ports, verification_id, last)
    return seen.case.verification.state in TERMINAL and not seen.events


def named(event: PublicEvent) -> str:
    """Return one event as tills read it; SSE listeners are registered by type."""
    return f"id: {event['seq']}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n"


def unnamed(event: PublicEvent) -> str:
    """Return one event for a page that handles all types in one listener."""
    return f"id: {event['seq']}\ndata: {json.dumps(event)}\n\n"


def sse(ports: Ports, feed: EventFeed, verification_id: str, last: int, form: Form = named) -> "Stream":
    """Return the events from `last` on as text/event-stream; raises Busy when no slot is free."""
    place = feed.place(cases.seen(ports, verification_id))
    return Stream(place, _lines(ports, feed, verification_id, last, form))


class Stream:
    """An iterable response that releases its slot however the connection ends."""

    def __init__(self, place: Place, lines: Iterator[str]) -> None:
        self._place = place
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def close(self) -> None:
        """Release the slot; the server calls this when the client has disconnected."""
        self._place.close()


def _lines(ports: Ports, feed: EventFeed, verification_id: str, last: int, form: Form) -> Iterator[str]:
    """Yield events and heartbeats until the verification has ended or the process shuts down."""
    yield "retry: 1000\n\n"
    while not feed.closed:
        mark = feed.mark(verification_id)
        seen = snapshot(ports, verification_id, last)
        for event in seen.events:
            last = event["seq"]
            yield form(event)
        if not seen.case.is_open:
            return
        if not feed.wait(verification_id, mark, _pause(ports, seen.case)):
            yield ": still here\n\n"


def _pause(ports: Ports, case: Case) -> float:
    """Return the seconds until the next deadline, the only change that the feed does not report."""
    left = (cases.next_due(case) - ports.now()).total_seconds()
    return min(max(left, SETTLE_S), HEARTBEAT_S)


def long_poll(ports: Ports, feed: EventFeed, first: Snapshot, after: int, wait: float) -> EventPage:
    """Return the events after `after`, of the first snapshot or of one within `wait` seconds."""
    seen, left, verification_id = first, float(wait), first.case.verification.id
    if seen.events or not wait or seen.case.verification.state in TERMINAL:
        return seen.page(after)
    with feed.place(seen.case):
        while left > 0 and not seen.events and not feed.closed:
            mark = feed.mark(verification_id)
            seen = snapshot(ports, verification_id, after)
            pause = min(left, _pause(ports, seen.case))
            if not seen.events and not feed.wait(verification_id, mark, pause):
                left -= pause
    return seen.page(after)
