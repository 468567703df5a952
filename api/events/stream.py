"""A verification's events as they happen: server-sent events, or a long poll."""

import json
from collections.abc import Callable, Iterator
from typing import TypedDict, cast

from sqlalchemy import select

from api.events.feed import EventFeed, Place
from api.ports import Ports
from api.verification import case as cases
from api.verification.case import Case
from api.verification.record import PublicEvent
from models import tables
from models.domain.errors import Malformed
from models.domain.verification import TERMINAL

HEARTBEAT_S = 10.0
SETTLE_S = 1.0

Form = Callable[[PublicEvent], str]


class EventPage(TypedDict):
    """What a poll brings: the events, the last number and the verification's state."""

    events: list[PublicEvent]
    last: int
    state: str


def events_after(ports: Ports, verification_id: str, after: int) -> list[PublicEvent]:
    """Return the public payloads of all events after a sequence number."""
    with ports.database.reading() as db:
        rows = db.scalars(
            select(tables.Event.public)
            .where(tables.Event.verification_id == verification_id, tables.Event.seq > after)
            .order_by(tables.Event.seq)
        )
        return cast("list[PublicEvent]", list(rows))


def last_event_id(header: str | None, after: int) -> int:
    """Return from where the client wants to go on, or raise Malformed."""
    if header is None or not header.strip():
        return after
    if not header.strip().isdecimal() or len(header) > 12:
        raise Malformed("Last-Event-ID is a sequence number")
    return int(header)


def is_over(ports: Ports, verification_id: str, last: int) -> bool:
    """Tell whether the verification has ended and the client has read all its events.

    An appeal is reviewed long after the verification ended, so later events are still sent, but
    nobody waits for them.
    """
    ended = cases.seen(ports, verification_id).verification.state in TERMINAL
    return ended and not events_after(ports, verification_id, last)


def named(event: PublicEvent) -> str:
    """Return one event as tills read it: listeners are registered by type."""
    return f"id: {event['seq']}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n"


def unnamed(event: PublicEvent) -> str:
    """Return one event as a page reads it that wants to hear of all types."""
    return f"id: {event['seq']}\ndata: {json.dumps(event)}\n\n"


def sse(ports: Ports, feed: EventFeed, verification_id: str, last: int, form: Form = named) -> "Stream":
    """Return the events from `last` on as text/event-stream; raises Busy when no place is free."""
    place = feed.place(cases.seen(ports, verification_id))
    return Stream(place, _lines(ports, feed, verification_id, last, form))


class Stream:
    """An iterable answer that gives its place back however the connection ends."""

    def __init__(self, place: Place, lines: Iterator[str]) -> None:
        self._place = place
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def close(self) -> None:
        """Give the place back; the server calls this when the client has gone."""
        self._place.close()


def _lines(ports: Ports, feed: EventFeed, verification_id: str, last: int, form: Form) -> Iterator[str]:
    """Yield events and heartbeats until the verification has ended or the process goes down."""
    yield "retry: 1000\n\n"
    while not feed.closed:
        mark = feed.mark(verification_id)
        case = cases.seen(ports, verification_id)
        for event in events_after(ports, verification_id, last):
            last = event["seq"]
            yield form(event)
        if not case.is_open:
            return
        if not feed.wait(verification_id, mark, _pause(ports, case)):
            yield ": still here\n\n"


def _pause(ports: Ports, case: Case) -> float:
    """Return the seconds until the next deadline, the only change that the feed does not report."""
    left = (cases.next_due(case) - ports.now()).total_seconds()
    return min(max(left, SETTLE_S), HEARTBEAT_S)


def long_poll(ports: Ports, feed: EventFeed, verification_id: str, after: int, wait: float) -> EventPage:
    """Return the events after `after`, waiting up to `wait` seconds for the first one."""
    answer = _poll(ports, verification_id, after)
    if answer["events"] or not wait or answer["state"] in TERMINAL:
        return answer
    left = float(wait)
    with feed.place(cases.seen(ports, verification_id)):
        while left > 0 and not answer["events"] and not feed.closed:
            mark = feed.mark(verification_id)
            answer = _poll(ports, verification_id, after)
            pause = min(left, _pause(ports, cases.seen(ports, verification_id)))
            if not answer["events"] and not feed.wait(verification_id, mark, pause):
                left -= pause
    return answer


def _poll(ports: Ports, verification_id: str, after: int) -> EventPage:
    """Return what a poll without waiting brings."""
    state = cases.seen(ports, verification_id).verification.state
    events = events_after(ports, verification_id, after)
    last = events[-1]["seq"] if events else after
    return {"events": events, "last": last, "state": state.value}
