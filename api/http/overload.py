"""Admission control: requests above the concurrency limit get 503 before anything else is done."""

import threading
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from flask import Flask, current_app, json, request

from api.figures.counted import note_turned_away
from api.http.problems import MEDIA_TYPE, body_of
from models.database import POOL

# Short enough that a queued request gets a database connection well within a second.
QUEUE = 4
EXEMPT = ("/healthz", "/readyz", "/static/")
AFTER_S = 1
# Slightly more than the largest body of any route.
MOST_BYTES = 20 * 1024 * 1024
PLACE = "yibao.place"

Environ = MutableMapping[str, Any]
Wsgi = Callable[[Any, Any], Iterable[bytes]]


class Admission:
    """WSGI application that limits the concurrent requests of another.

    A request that only waits for events releases its slot by `leave`.
    """

    def __init__(self, inner: Wsgi, places: int = POOL + QUEUE) -> None:
        self._inner = inner
        self._free = threading.BoundedSemaphore(places)
        document = {**body_of(503, "busy"), "detail": "too much is under way; please repeat the request"}
        self._body = json.dumps(document).encode()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, or 503 while too many are running."""
        if environ.get("PATH_INFO", "").startswith(EXEMPT):
            return self._inner(environ, start_response)
        if not self.enter(environ):
            return self._turn_away(environ, start_response)
        try:
            return self._inner(environ, start_response)
        finally:
            self.leave(environ)

    def enter(self, environ: Environ) -> bool:
        """Acquire a slot for a request; return whether there was one."""
        environ[PLACE] = self._free.acquire(blocking=False)
        return bool(environ[PLACE])

    def leave(self, environ: Environ) -> None:
        """Release a request's slot; idempotent."""
        if environ.pop(PLACE, False):
            self._free.release()

    def _turn_away(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer 503; a started body is drained, or the connection would be reset."""
        note_turned_away()
        length = environ.get("CONTENT_LENGTH") or "0"
        left = min(int(length), MOST_BYTES) if length.isdecimal() else 0
        while left > 0 and (read := environ["wsgi.input"].read(min(left, 65536))):
            left -= len(read)
        told = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(self._body)))]
        start_response("503 SERVICE UNAVAILABLE", [*told, ("Retry-After", str(AFTER_S))])
        return [self._body]


def install(app: Flask) -> None:
    """Limit the application's concurrent requests."""
    app.extensions["admission"] = app.wsgi_app = Admission(app.wsgi_app)  # type: ignore[method-assign]


def leave() -> None:
    """Release the current request's slot before it waits for events."""
    admission: Admission = current_app.extensions["admission"]
    admission.leave(request.environ)
