"""Checks what a process needs before it gets requests."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.health.clock import APART, database_clock, newest_beat
from api.health.disks import LEAST, free_shares
from api.ports import Ports
from matcher.errors import MatcherUnavailable
from models import migrate
from models.domain.errors import Busy

log = structlog.get_logger()
# How long a result is cached: the route needs no API key and could be called at any rate.
KEPT = timedelta(seconds=2)
BEAT_AT_MOST = timedelta(seconds=10)
AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's name, and what is wrong, or None."""

    name: str
    wrong: str | None = None


class Readiness:
    """This process's last findings and their time."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._turn = threading.Lock()
        self._found_at: datetime | None = None
        self._found: list[Finding] = []

    def check(self) -> list[Finding]:
        """Return the findings where all pass; raises Busy `not_ready` naming those that fail."""
        now = self._ports.now()
        if self._turn.acquire(blocking=self._found_at is None):
            try:
                if self._found_at is None or not self._found_at <= now < self._found_at + KEPT:
                    self._found, self._found_at = findings(self._ports), now
                    self._log()
            finally:
                self._turn.release()
        wrong = [f"{one.name} ({one.wrong})" for one in self._found if one.wrong]
        if wrong:
            refusal = Busy("not ready: " + ", ".join(wrong), code="not_ready")
            refusal.after = AFTER_S
            raise refusal
        return self._found

    def _log(self) -> None:
        wrong = {one.name: one.wrong for one in self._found if one.wrong}
        if wrong:
            log.warning("not_ready", **wrong)


def findings(ports: Ports) -> list[Finding]:
    """Return all findings; checks that need the database are skipped when it is unreachable."""
    return [*_in_database(ports), _matcher(ports), _disk(ports)]


def _in_database(ports: Ports) -> list[Finding]:
    """Return the findings on database, schema, worker and clock."""
    now = ports.now()
    try:
        with ports.database.reading() as db:
            migrate.check_connection(db.connection())
            beat, theirs = newest_beat(db), database_clock(db)
    except migrate.SchemaBehind as error:
        return [Finding("database"), Finding("schema", error.found)]
    except SQLAlchemyError as error:
        return [Finding("database", type(error).__name__)]
    return [Finding("database"), Finding("schema"), _worker(now, beat), _clock(now, beat, theirs)]


def _worker(now: datetime, beat: datetime | None) -> Finding:
    """Check that a worker has finished a sweep within 10 s."""
    if beat is None:
        return Finding("worker", "none has ever run")
    late = now - beat
    return Finding("worker", f"{late.total_seconds():.0f} s" if late > BEAT_AT_MOST else None)


def _clock(now: datetime, beat: datetime | None, theirs: datetime | None) -> Finding:
    """Check that this clock is within 2 s of the database's, or at most 2 s behind a worker's."""
    ahead = beat - now if beat is not None else timedelta()
    apart = ahead if theirs is None else abs(now - theirs)
    return Finding("clock", f"{apart.total_seconds():.0f} s apart" if apart > APART else None)


def _matcher(ports: Ports) -> Finding:
    """Check that the matcher answers."""
    try:
        ports.matcher.has_pad()
    except MatcherUnavailable:
        return Finding("matcher", "no answer")
    return Finding("matcher")


def _disk(ports: Ports) -> Finding:
    """Check that each disk in use has 5 % free."""
    full = [name for name, share in free_shares(ports.settings).items() if share < LEAST]
    return Finding("disk", " and ".join(full) or None)
