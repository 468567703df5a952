"""Admission control: requests above the concurrency limit get Busy at once."""

import threading

from flask import Flask, g, request

from models.database import POOL
from models.domain.errors import Busy

# Short enough that a queued request gets a database connection well within a second.
QUEUE = 16
EXEMPT = frozenset({"static", "public.health", "public.readiness"})


class Admission:
    """Semaphore of concurrent requests; a request that only waits for events releases its slot."""

    def __init__(self, places: int = POOL + QUEUE) -> None:
        self._free = threading.BoundedSemaphore(places)

    def enter(self) -> None:
        """Acquire a slot for this request, or raise Busy."""
        if request.endpoint in EXEMPT:
            return
        if not self._free.acquire(blocking=False):
            raise Busy("too much is under way; please repeat the request")
        g.admitted = True

    def leave(self, _error: BaseException | None = None) -> None:
        """Release this request's slot. Idempotent."""
        if g.pop("admitted", False):
            self._free.release()


def install(app: Flask, admission: Admission) -> None:
    """Limit the application's concurrent requests to the slots of `admission`."""
    app.extensions["admission"] = admission
    app.before_request(admission.enter)
    app.teardown_request(admission.leave)
