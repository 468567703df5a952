"""Reads new events with one query per tick, shared by all waiting clients of this process."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.events.glance import Glance
from api.figures.counted import EVENT_CLIENTS
from api.ports import Ports
from models import tables
from models.domain.errors import Busy

TICK_S = 0.2
# An event may commit after one with a higher id: gaps are read again for this many ticks.
LATE_TICKS = 50
GAPS_AT_MOST = 500
# One popup, its till, and connections that a page reload has not closed yet.
PER_VERIFICATION = 5
SANDBOX_SHARE = 20


@dataclass(slots=True)
class Watch:
    """Counts the events of a verification that clients wait for."""

    mark: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)


class EventFeed:
    """Wakes a waiting client when any process has committed an event of its verification.

    One thread reads the newest events and wakes only those concerned; nobody holds a database
    session while waiting.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lock = threading.Lock()
        self._watches: dict[str, Watch] = {}
        self._taken: Counter[str] = Counter()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def place(self, seen: Glance) -> "Place":
        """Return a slot for one waiting client, or raise Busy when its limits are reached."""
        most, verification_id = self._limits(seen), seen.verification_id
        with self._lock:
            if any(self._taken[whose] >= limit for whose, limit in most.items()):
                raise Busy("too many clients are waiting; please poll without wait")
            self._taken.update(most.keys())
            EVENT_CLIENTS.inc()
            self._watches.setdefault(verification_id, Watch())
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="event-feed", daemon=True)
                self._thread.start()
        return Place(lambda: self._leave(verification_id, most.keys()))

    def _limits(self, seen: Glance) -> dict[str, int]:
        """Return the limits in this process: total, per institution, per verification."""
        everybody = self._ports.settings.event_clients
        share = min(SANDBOX_SHARE, everybody // 2) if seen.sandbox else everybody // 2
        return {"": everybody, seen.institution_id: share, seen.verification_id: PER_VERIFICATION}

    def mark(self, verification_id: str) -> int:
        """Return a mark to wait from; take it before reading the table."""
        watch = self._watches.get(verification_id)
        return watch.mark if watch else 0

    def wait(self, verification_id: str, mark: int, seconds: float) -> bool:
        """Wait until the verification has an event newer than `mark`; return whether it has."""
        watch = self._watches.get(verification_id) or Watch()
        with watch.changed:
            return watch.changed.wait_for(lambda: self.closed or watch.mark != mark, timeout=seconds)

    @property
    def closed(self) -> bool:
        """Tell whether the process is shutting down."""
        return self._closing.is_set()

    def close(self) -> None:
        """Stop reading, and wake all waiting clients."""
        self._closing.set()
        with self._lock:
            watches = list(self._watches.values())
        for watch in watches:
            with watch.changed:
                watch.changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _leave(self, verification_id: str, whose: Collection[str]) -> None:
        """Release one client's slot, and the verification's watch with the last one."""
        with self._lock:
            self._taken -= Counter(whose)
            EVENT_CLIENTS.dec()
            if not self._taken[verification_id]:
                del self._watches[verification_id]

    def _run(self) -> None:
        """Read new events until closed."""
        newest, gaps = -1, dict[int, int]()
        while not self.closed:
            for event_id, verification_id in self._look(newest, list(gaps)):
                if newest >= 0:
                    skipped = range(max(newest + 1, event_id - GAPS_AT_MOST), event_id)
                    gaps |= dict.fromkeys(skipped, LATE_TICKS)
                gaps.pop(event_id, None)
                newest = max(newest, event_id)
                self._wake(verification_id)
            gaps = {event_id: ticks - 1 for event_id, ticks in gaps.items() if ticks > 1}
            self._closing.wait(TICK_S)

    def _wake(self, verification_id: str) -> None:
        """Wake the clients waiting for one verification."""
        watch = self._watches.get(verification_id)
        if watch is not None:
            with watch.changed:
                watch.mark += 1
                watch.changed.notify_all()

    def _look(self, newest: int, gaps: list[int]) -> Sequence[tuple[int, str]]:
        """Return the events after `newest` (at first only the last one) and late ones in the gaps.

        Nothing while the database is unreachable; waiting clients also read from time to time.
        """
        event = tables.Event
        rows = select(event.id, event.verification_id)
        wanted = [rows.where(event.id > newest).order_by(event.id)]
        if newest < 0:
            wanted = [rows.order_by(event.id.desc()).limit(1)]
        elif gaps:
            # Two statements: an OR of both would read the whole table.
            wanted.insert(0, rows.where(event.id.in_(gaps)).order_by(event.id))
        try:
            with self._ports.database.reading() as db:
                return [(row.id, row.verification_id) for one in wanted for row in db.execute(one)]
        except SQLAlchemyError:
            return []


class Place:
    """One client's slot, released exactly once, also when the answer is never read."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def close(self) -> None:
        """Release the slot."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def __enter__(self) -> "Place":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
