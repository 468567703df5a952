"""How many requests are worked on at once; whoever comes on top is told at once to come again."""

import threading

from flask import Flask, g, request

from models.database import POOL
from models.domain.errors import Busy

# A short queue: those who wait for a connection are served well within a second.
QUEUE = 16
EXEMPT = frozenset({"static", "public.health"})


class Admission:
    """The places of those who are served now; whoever only waits for events gives theirs back."""

    def __init__(self, places: int = POOL + QUEUE) -> None:
        self._free = threading.BoundedSemaphore(places)

    def enter(self) -> None:
        """Take a place for this request, or raise Busy."""
        if request.endpoint in EXEMPT:
            return
        if not self._free.acquire(blocking=False):
            raise Busy("too much is under way; please repeat the request")
        g.admitted = True

    def leave(self, _error: BaseException | None = None) -> None:
        """Give this request's place back, once."""
        if g.pop("admitted", False):
            self._free.release()


def install(app: Flask, admission: Admission) -> None:
    """Let the application serve no more requests at once than there are places."""
    app.extensions["admission"] = admission
    app.before_request(admission.enter)
    app.teardown_request(admission.leave)
