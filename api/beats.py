"""Worker heartbeats, and whether a worker's clock agrees with the others."""

import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.health.clock import APART, database_clock
from api.ports import Ports
from models import tables

BEAT = timedelta(seconds=1)
COMPARED = timedelta(seconds=60)
STOPPED_AFTER_S = 2.5
FORGOTTEN = timedelta(days=1)

log = structlog.get_logger()


class Beats:
    """One worker's row in the table `worker_beat`, and its view of the time."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._id = ports.new_id("wrk")
        self._beaten_at: datetime | None = None
        self._compared_at: datetime | None = None
        self._right = True
        self._other_beat: datetime | None = None
        self._other_seen_at = 0.0

    def beat(self, sweep_ms: int) -> None:
        """Record the end and the duration of a sweep, at most once a second."""
        now = self._ports.now()
        if self._beaten_at is not None and now < self._beaten_at + BEAT:
            return
        self._beaten_at = now
        try:
            with self._ports.database.transaction() as db:
                db.merge(tables.WorkerBeat(id=self._id, at=now, sweep_ms=sweep_ms))
                db.execute(delete(tables.WorkerBeat).where(tables.WorkerBeat.at < now - FORGOTTEN))
        except SQLAlchemyError as error:
            log.warning("beat_failed", kind=type(error).__name__)

    def clock_is_right(self) -> bool:
        """Tell whether this clock is within 2 s of the database's or the other workers'.

        Checked at the start and every minute, and at every sweep while wrong: a worker ten minutes ahead
        would expire everybody's attempts. While the database is unreachable the last result holds,
        and before the first one no clock is right.
        """
        now = self._ports.now()
        if self._right and self._compared_at is not None and now < self._compared_at + COMPARED:
            return True
        try:
            with self._ports.database.reading() as db:
                right = self._agrees(db)
        except SQLAlchemyError:
            return self.trusted()
        self._compared_at = now
        if right != self._right:
            log.error("clock_is_right_again" if right else "clock_is_wrong")
        self._right = right
        return right

    def trusted(self) -> bool:
        """Tell whether the last check found the clock right; False before the first."""
        return self._right and self._compared_at is not None

    def _agrees(self, db: Session) -> bool:
        """Tell whether another clock agrees with this one."""
        theirs = database_clock(db)
        if theirs is not None:
            return self._is_near(theirs)
        row = tables.WorkerBeat
        newest = db.scalar(select(func.max(row.at)).where(row.id != self._id))
        if newest is None or self._is_near(newest):
            return True
        # A heartbeat that does not advance belongs to a stopped worker; one that advances is another clock.
        if newest == self._other_beat:
            return time.monotonic() - self._other_seen_at > STOPPED_AFTER_S
        self._other_beat, self._other_seen_at = newest, time.monotonic()
        return False

    def _is_near(self, other: datetime | None) -> bool:
        return other is not None and abs(self._ports.now() - other) <= APART
