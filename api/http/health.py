"""What a process checks of itself: that it can write, as a till's request would, and its clock."""

import threading
from datetime import datetime, timedelta

import structlog
from flask import current_app, request
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from api.health.clock import ComparedClock
from api.http.problems import cause_of
from api.ports import Ports
from models import tables
from models.domain.errors import Busy
from models.objects import StoreUnavailable

log = structlog.get_logger()
# How long a result is cached: the route needs no API key and could be called at any rate.
KEPT = timedelta(seconds=5)
AFTER_S = 10
KEY = "probes/health"
# They tell what is wrong with this process, whatever it is, and are asked by its address.
PROBES = ("public.health", "public.readiness")


def refuse_wrong_clock() -> None:
    """Raise Busy while this process's clock is wrong: it would end purchases at the wrong time.

    The same request, sent again, reaches another process.
    """
    clock: ComparedClock | None = current_app.extensions.get("clock")
    if clock is not None and request.endpoint not in PROBES and not clock.is_right():
        raise Busy("a clock here is wrong; please repeat the request")


class Health:
    """This process's last result and when it was measured."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._turn = threading.Lock()
        self._found_at: datetime | None = None
        self._cause: str | None = None

    def check(self) -> None:
        """Raise Busy `not_writable` while the database or the object store refuses writes."""
        now = self._ports.now()
        if self._turn.acquire(blocking=self._found_at is None):
            try:
                if self._found_at is None or not self._found_at <= now < self._found_at + KEPT:
                    self._cause, self._found_at = self._tried(), now
            finally:
                self._turn.release()
        if self._cause is not None:
            refusal = Busy(f"nothing can be written ({self._cause})", code="not_writable")
            refusal.after = AFTER_S
            raise refusal

    def _tried(self) -> str | None:
        """Return why a write failed, or None."""
        try:
            with self._ports.database.transaction() as db:
                db.execute(update(tables.WriteProbe).values(at=self._ports.now()))
            self._ports.objects.put(KEY, self._ports.now().isoformat().encode())
        except (OperationalError, StoreUnavailable) as error:
            cause = cause_of(error) or "database"
        else:
            return None
        log.error("not writable", cause=cause)
        return cause
