"""Health check that writes to the database and the object store, as a till's request would."""

import threading
from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

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
