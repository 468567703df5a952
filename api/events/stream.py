"""A verification's events as they happen: server-sent events, or a long poll."""

import json
from collections.abc import Callable, Iterator
from typing import TypedDict

from api.events.feed import EventFeed, Place
from api.events.glance import Glance, glance
from api.ports import Ports
from api.verification.record import PublicEvent
from models.domain.errors import Malformed

HEARTBEAT_S = 10.0
SETTLE_S = 1.0

Form = Callable[[PublicEvent], str]


class EventPage(TypedDict):
    """A poll's result: the events, the last sequence number and the verification's state."""

    events: list[PublicEvent]
    last: int
    state: str


def page(seen: Glance, after: int) -> EventPage:
    """Return the result of a poll that does not wait."""
    last = seen.events[-1]["seq"] if seen.events else after
    return {"events": seen.events, "last": last, "state": seen.state.value}


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
    seen = glance(ports, verification_id, last)
    return seen.is_over and not seen.events


def named(event: PublicEvent) -> str:
    """Return one event as tills read it; SSE listeners are registered by type."""
    return f"id: {event['seq']}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n"


def unnamed(event: PublicEvent) -> str:
    """Return one event for a page that handles all types in one listener."""
    return f"id: {event['seq']}\ndata: {json.dumps(event)}\n\n"


def sse(ports: Ports, feed: EventFeed, verification_id: str, last: int, form: Form = named) -> "Stream":
    """Return the events from `last` on as text/event-stream; raises Busy when no slot is free."""
    place = feed.place(glance(ports, verification_id, last))
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
        seen = glance(ports, verification_id, last)
        for event in seen.events:
            last = event["seq"]
            yield form(event)
        if seen.is_over:
            return
        if not feed.wait(verification_id, mark, _pause(ports, seen)):
            yield ": still here\n\n"


def _pause(ports: Ports, seen: Glance) -> float:
    """Return the seconds until the next deadline, the only change that the feed does not report."""
    left = (seen.due_at - ports.now()).total_seconds()
    return min(max(left, SETTLE_S), HEARTBEAT_S)


def long_poll(ports: Ports, feed: EventFeed, first: Glance, after: int, wait: float) -> EventPage:
    """Return the events after `after`, of the first snapshot or of one within `wait` seconds."""
    seen, left, verification_id = first, float(wait), first.verification_id
    if seen.events or not wait or seen.is_over:
        return page(seen, after)
    with feed.place(seen):
        while left > 0 and not seen.events and not feed.closed:
            mark = feed.mark(verification_id)
            seen = glance(ports, verification_id, after)
            pause = min(left, _pause(ports, seen))
            if not seen.events and not feed.wait(verification_id, mark, pause):
                left -= pause
    return page(seen, after)
