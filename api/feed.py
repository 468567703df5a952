"""One look at the newest events a moment, shared by everybody who waits in this process."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from types import TracebackType

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.ports import Ports
from models import tables
from models.domain.errors import Busy

TICK_S = 0.2


class EventFeed:
    """Wakes a waiting client when an event of its verification has been committed by any process.

    One thread reads the newest events; nobody holds a database session while waiting.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._changed = threading.Condition()
        self._waiting: Counter[str] = Counter()
        self._marks: dict[str, int] = {}
        self._closed = False
        self._thread: threading.Thread | None = None

    def place(self, verification_id: str) -> "Place":
        """Return a place for one waiting client, or raise Busy when all are taken."""
        with self._changed:
            if self._waiting.total() >= self._ports.settings.event_clients:
                raise Busy("too many clients are waiting; please poll without wait")
            self._waiting[verification_id] += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="event-feed", daemon=True)
                self._thread.start()
        return Place(lambda: self._leave(verification_id))

    def mark(self, verification_id: str) -> int:
        """Return a mark to wait from; take it before looking at the table."""
        with self._changed:
            return self._marks.get(verification_id, 0)

    def wait(self, verification_id: str, mark: int, seconds: float) -> bool:
        """Wait until the verification has an event newer than `mark`; tell whether it has."""

        def is_newer() -> bool:
            return self._closed or self._marks.get(verification_id, 0) != mark

        with self._changed:
            return self._changed.wait_for(is_newer, timeout=seconds)

    @property
    def closed(self) -> bool:
        """Tell whether the process is going down."""
        return self._closed

    def close(self) -> None:
        """Wake everybody for the last time."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _leave(self, verification_id: str) -> None:
        """Forget one client, and the verification when it was the last."""
        with self._changed:
            self._waiting[verification_id] -= 1
            if not self._waiting[verification_id]:
                del self._waiting[verification_id]
                self._marks.pop(verification_id, None)

    def _run(self) -> None:
        """Look for new events until closed."""
        newest = -1
        while not self._closed:
            fresh = self._look(newest)
            with self._changed:
                for event_id, verification_id in fresh:
                    newest = max(newest, event_id)
                    if verification_id in self._waiting:
                        self._marks[verification_id] = event_id
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closed, timeout=TICK_S)

    def _look(self, newest: int) -> Sequence[tuple[int, str]]:
        """Return the events after `newest` (at first only the last), none while the database is away.

        An event that commits after a higher id is missed here; whoever waits also looks every second.
        """
        rows = select(tables.Event.id, tables.Event.verification_id)
        wanted = rows.where(tables.Event.id > newest).order_by(tables.Event.id)
        if newest < 0:
            wanted = rows.order_by(tables.Event.id.desc()).limit(1)
        try:
            with self._ports.database.reading() as db:
                return [(row.id, row.verification_id) for row in db.execute(wanted)]
        except SQLAlchemyError:
            return []


class Place:
    """One client's place, given back exactly once, also when the answer is never read."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave: Callable[[], None] | None = leave

    def close(self) -> None:
        """Give the place back."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def __enter__(self) -> "Place":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
