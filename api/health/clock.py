"""Compares this machine's clock with the database's or the workers'."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables

APART = timedelta(seconds=2)
COMPARED_S = 60.0
# A clock that moved by this much more or less than the monotonic one was set.
SET_S = 1.0

log = structlog.get_logger()


def database_clock(db: Session) -> datetime | None:
    """Return the database server's time, or None on SQLite, which has no clock of its own."""
    if db.get_bind().dialect.name != "postgresql":
        return None
    return db.scalar(select(func.clock_timestamp()))


def newest_beat(db: Session) -> datetime | None:
    """Return when a worker last finished a sweep, by that worker's clock."""
    return db.scalar(select(func.max(tables.WorkerBeat.at)))


class ComparedClock:
    """Whether a process's clock is within 2 s of another one: the database's, unless `agrees` compares it.

    A process ten minutes ahead would expire everybody's attempts.
    """

    def __init__(self, ports: Ports, agrees: Callable[[Session], bool] | None = None) -> None:
        self._ports = ports
        self._agrees = agrees or self._agrees_with_database
        self._turn = threading.Lock()
        self._right = True
        self._compared: tuple[datetime, float] | None = None

    def is_right(self) -> bool:
        """Compare at the start, every minute, when the clock was set, and at every call while it is wrong.

        While the database is unreachable the last result holds, and before the first one no clock is right.
        Threads that call meanwhile get the last result.
        """
        if self.trusted() and not self._is_due():
            return True
        if not self._turn.acquire(blocking=self._compared is None):
            return self.trusted()
        try:
            with self._ports.database.reading() as db:
                right = self._agrees(db)
        except SQLAlchemyError:
            return self.trusted()
        else:
            self._compared = self._ports.now(), time.monotonic()
            if right != self._right:
                log.error("clock_is_right_again" if right else "clock_is_wrong")
            self._right = right
            return right
        finally:
            self._turn.release()

    def trusted(self) -> bool:
        """Tell whether the last comparison found the clock right; False before the first."""
        return self._right and self._compared is not None

    def is_near(self, other: datetime) -> bool:
        """Tell whether another clock's time is within 2 s of this one's."""
        return abs(self._ports.now() - other) <= APART

    def _is_due(self) -> bool:
        if self._compared is None:
            return True
        at, tick = self._compared
        passed = time.monotonic() - tick
        was_set = abs((self._ports.now() - at).total_seconds() - passed) > SET_S
        return was_set or passed >= COMPARED_S

    def _agrees_with_database(self, db: Session) -> bool:
        theirs = database_clock(db)
        return theirs is None or self.is_near(theirs)
