"""Worker heartbeats, and whether a worker's clock agrees with the others."""

import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.health.clock import ComparedClock, database_clock
from api.ports import Ports
from models import tables

BEAT = timedelta(seconds=1)
STOPPED_AFTER_S = 2.5
FORGOTTEN = timedelta(days=1)

log = structlog.get_logger()


class Beats:
    """One worker's row in the table `worker_beat`, and its `clock`, compared with others."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._id = ports.new_id("wrk")
        self._beaten_at: datetime | None = None
        self.clock = ComparedClock(ports, self._agrees)
        self._other_beat: datetime | None = None
        self._other_seen_at = 0.0

    def beat(self, sweep_ms: int) -> None:
        """Record the end and the duration of a sweep, at most once a second."""
        now = self._ports.now()
        if self._beaten_at is not None and self._beaten_at <= now < self._beaten_at + BEAT:
            return
        self._beaten_at = now
        try:
            with self._ports.database.transaction() as db:
                db.merge(tables.WorkerBeat(id=self._id, at=now, sweep_ms=sweep_ms))
                db.execute(delete(tables.WorkerBeat).where(tables.WorkerBeat.at < now - FORGOTTEN))
        except SQLAlchemyError as error:
            log.warning("beat_failed", kind=type(error).__name__)

    def _agrees(self, db: Session) -> bool:
        """Tell whether the database's clock agrees with this one; on SQLite, the other workers'."""
        theirs = database_clock(db)
        if theirs is not None:
            return self.clock.is_near(theirs)
        row = tables.WorkerBeat
        newest = db.scalar(select(func.max(row.at)).where(row.id != self._id))
        if newest is None or self.clock.is_near(newest):
            return True
        # A heartbeat that does not advance belongs to a stopped worker; one that advances is another clock.
        if newest == self._other_beat:
            return time.monotonic() - self._other_seen_at > STOPPED_AFTER_S
        self._other_beat, self._other_seen_at = newest, time.monotonic()
        return False
