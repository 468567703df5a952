"""The matcher as a service of its own: `gunicorn -c python:matcher.serving 'matcher.service:create_app()'`.

POST /observe, /examine and /enrol are signed (see `wire`); GET /health and /metrics are for operators.
Every request is a pure question: asked twice it has the same answer, so a client may always ask again.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import prometheus_client as prometheus
from flask import Flask, Request, Response, request
from prometheus_client import multiprocess
from werkzeug.exceptions import HTTPException

from matcher.errors import BadImage, WrongWeights
from matcher.liveness import actions
from matcher.local import LocalMatcher
from matcher.protocol import Matcher
from matcher.service import wire
from matcher.service.settings import METRICS_FOLDER, ServiceSettings, cannot_start, settings_or_exit

REQUESTS = prometheus.Counter("yibao_matcher_requests_total", "answered", ["route", "status"])
SECONDS = prometheus.Histogram(
    "yibao_matcher_seconds",
    "from arrival to answer",
    ["route"],
    buckets=(0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5),
)
WAITING = prometheus.Gauge("yibao_matcher_waiting", "in work or waiting", multiprocess_mode="livesum")


def create_app(
    settings: ServiceSettings | None = None,
    matcher: Matcher | None = None,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """Return the service, with one model set for the process; ends the start in one sentence if it cannot."""
    given = settings or settings_or_exit()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = wire.MOST_BYTES
    desk = Desk(given, matcher or _loaded(given), clock)
    for path, deed in (("/observe", desk.observe), ("/examine", desk.examine), ("/enrol", desk.enrol)):
        app.add_url_rule(path, path, desk.answering(path, deed), methods=["POST"])
    app.add_url_rule("/health", "health", desk.health)
    app.add_url_rule("/metrics", "metrics", _metrics)
    app.register_error_handler(HTTPException, _refused)
    return app


def _loaded(settings: ServiceSettings) -> LocalMatcher:
    try:
        return LocalMatcher(1, settings.pad_dir)
    except WrongWeights as error:
        cannot_start(str(error))


class Desk:
    """Takes requests, checks them, lets so many wait and no more, and signs the answers."""

    def __init__(self, settings: ServiceSettings, matcher: Matcher, clock: Callable[[], float]) -> None:
        self._secret = settings.matcher_secret.get_secret_value().encode()
        self._matcher, self._clock = matcher, clock
        self._places = threading.BoundedSemaphore(settings.matcher_queue)
        self._pad = "measured" if settings.pad_dir else "not_available"

    def observe(self, document: Any) -> dict[str, Any]:
        """Return what each frame shows."""
        frames = wire.frames_from_json(document.get("frames"))
        previous = wire.observations_from_json(document.get("previous"))
        return {"observations": [one.to_json() for one in self._matcher.observe(frames, previous)]}

    def examine(self, document: Any) -> dict[str, Any]:
        """Return the report on a capture."""
        examination = wire.examination_from_json(document)
        if not set(examination.actions) <= set(actions.RULES):
            raise wire.Malformed("an action is unknown")
        return {"report": self._matcher.examine(examination).to_json()}

    def enrol(self, document: Any) -> dict[str, Any]:
        """Return what became of a reference photo."""
        enrolment = self._matcher.enrol(wire.photo_from_json(document))
        return {
            "verdict": enrolment.verdict,
            "quality": enrolment.quality,
            "templates": [one.to_json() for one in enrolment.templates],
        }

    def health(self) -> dict[str, str]:
        """Return that the service answers, and whether it has PAD weights."""
        return {"status": "ok", "pad": self._pad}

    def answering(self, path: str, deed: Callable[[Any], dict[str, Any]]) -> Callable[[], Response]:
        """Return the view of one deed."""

        def view() -> Response:
            begun = time.perf_counter()
            answer = self._answer(path, deed)
            REQUESTS.labels(path, answer.status_code).inc()
            SECONDS.labels(path).observe(time.perf_counter() - begun)
            return answer

        return view

    def _answer(self, path: str, deed: Callable[[Any], dict[str, Any]]) -> Response:
        """Return the signed answer, or an unsigned no to whom does not know the secret."""
        body = request.get_data()
        if not self._signed(request, path, body):
            return _response(401, {"error": "unsigned"})
        if not self._places.acquire(blocking=False):
            busy = _response(503, {"error": "busy"})
            busy.headers["Retry-After"] = "1"
            return busy
        WAITING.inc()
        try:
            answer = _done(deed, body)
        finally:
            WAITING.dec()
            self._places.release()
        request_id = request.headers[wire.ID]
        answer.headers[wire.SIGNATURE] = wire.sign_answer(
            self._secret, request_id, body, answer.status_code, answer.get_data()
        )
        return answer

    def _signed(self, given: Request, path: str, body: bytes) -> bool:
        """Tell whether a request comes, now, from one who knows the secret."""
        request_id, at = given.headers.get(wire.ID, ""), given.headers.get(wire.TIME, "")
        expected = wire.sign_request(self._secret, path, request_id, at, body)
        if not request_id or not wire.same(given.headers.get(wire.SIGNATURE, ""), expected):
            return False
        return at.isdecimal() and abs(self._clock() - int(at)) <= wire.WINDOW_S


def _done(deed: Callable[[Any], dict[str, Any]], body: bytes) -> Response:
    """Do the deed; what is wrong with a picture or a request is said in a word."""
    try:
        document = wire.read(body)
        if not isinstance(document, dict):
            raise wire.Malformed("an object was expected")
        return _response(200, deed(document))
    except BadImage as error:
        return _response(422, {"error": "bad_image", "reason": error.reason})
    except wire.Malformed as error:
        return _response(400, {"error": "malformed", "detail": str(error)})


def _response(status: int, document: dict[str, Any]) -> Response:
    return Response(wire.write(document), status, mimetype="application/json")


def _refused(error: HTTPException) -> Response:
    """Answer what Flask refuses, and what nobody foresaw, without a trace of why."""
    return _response(error.code or 500, {"error": error.name.lower().replace(" ", "_")})


def _metrics() -> Response:
    """Return the figures of all processes of the service in Prometheus' format."""
    registry: prometheus.CollectorRegistry = prometheus.REGISTRY
    if METRICS_FOLDER in os.environ:
        registry = prometheus.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(prometheus.generate_latest(registry), mimetype=prometheus.CONTENT_TYPE_LATEST)
