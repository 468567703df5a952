"""The matcher as a service of its own: `gunicorn -c python:matcher.serving 'matcher.service:create_app()'`.

POST /observe, /examine and /enrol are signed (see `signing`); GET /health and /metrics are for operators.
Requests change nothing: a client may repeat any of them.
"""

import os
import threading
import time
from collections.abc import Callable

import prometheus_client as prometheus
from flask import Flask, Request, Response, request
from prometheus_client import multiprocess
from werkzeug.exceptions import HTTPException

from matcher.errors import BadImage, UnknownBackground, WrongWeights
from matcher.liveness import actions
from matcher.local import LocalMatcher
from matcher.protocol import Matcher
from matcher.service import signing, wire
from matcher.service.settings import METRICS_FOLDER, ServiceSettings, cannot_start, settings_or_exit

# Takes the body of a request and returns that of the answer; raises Malformed, BadImage.
Action = Callable[[bytes], bytes]
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
    gate = RequestGate(given, matcher or _loaded(given), clock)
    for path, action in (("/observe", gate.observe), ("/examine", gate.examine), ("/enrol", gate.enrol)):
        app.add_url_rule(path, path, gate.answering(path, action), methods=["POST"])
    app.add_url_rule("/health", "health", gate.health)
    app.add_url_rule("/metrics", "metrics", _metrics)
    app.register_error_handler(HTTPException, _refused)
    return app


def _loaded(settings: ServiceSettings) -> LocalMatcher:
    try:
        return LocalMatcher(1, settings.pad_dir)
    except WrongWeights as error:
        cannot_start(str(error))


class RequestGate:
    """Checks requests, limits how many wait, and signs the answers."""

    def __init__(self, settings: ServiceSettings, matcher: Matcher, clock: Callable[[], float]) -> None:
        self._secret = settings.matcher_secret.get_secret_value().encode()
        self._matcher, self._clock = matcher, clock
        self._places = threading.BoundedSemaphore(settings.matcher_queue)
        self._pad = "measured" if settings.pad_dir else "not_available"

    def observe(self, body: bytes) -> bytes:
        """Return what each frame shows."""
        asked = wire.OBSERVE.read(body)
        seen = self._matcher.observe(asked.frames, asked.previous, asked.seed)
        return wire.OBSERVED.write(wire.ObserveAnswer(seen))

    def examine(self, body: bytes) -> bytes:
        """Return the report on a capture."""
        asked = wire.EXAMINE.read(body)
        wire.check(asked, tuple(actions.RULES))
        for background in filter(None, (asked.background, asked.other_background)):
            self._matcher.learn(background)
        return wire.EXAMINED.write(wire.ExamineAnswer(self._matcher.examine(asked.examination)))

    def enrol(self, body: bytes) -> bytes:
        """Return the result for a reference photo."""
        photo = wire.ENROL.read(body).photo
        return wire.ENROLLED.write(wire.EnrolAnswer(self._matcher.enrol(photo)))

    def health(self) -> dict[str, object]:
        """Return that the service answers, whether it has PAD weights, and its model sets."""
        return {"status": "ok", "pad": self._pad, "model_sets": self._matcher.model_sets()}

    def answering(self, path: str, action: Action) -> Callable[[], Response]:
        """Return the Flask view of one operation."""

        def view() -> Response:
            begun = time.perf_counter()
            answer = self._answer(path, action)
            REQUESTS.labels(path, answer.status_code).inc()
            SECONDS.labels(path).observe(time.perf_counter() - begun)
            return answer

        return view

    def _answer(self, path: str, action: Action) -> Response:
        """Return the signed answer; unsigned 401 without the secret, 503 when the queue is full."""
        body = request.get_data()
        if not self._signed(request, path, body):
            return _refusal(401, "unsigned")
        if not self._places.acquire(blocking=False):
            busy = _refusal(503, "busy")
            busy.headers["Retry-After"] = "1"
            return busy
        WAITING.inc()
        try:
            answer = _done(action, body)
        finally:
            WAITING.dec()
            self._places.release()
        request_id = request.headers[signing.ID]
        answer.headers[signing.SIGNATURE] = signing.sign_answer(
            self._secret, request_id, body, answer.status_code, answer.get_data()
        )
        return answer

    def _signed(self, given: Request, path: str, body: bytes) -> bool:
        """Tell whether a request is signed with the secret and not older than the window."""
        request_id, at = given.headers.get(signing.ID, ""), given.headers.get(signing.TIME, "")
        expected = signing.sign_request(self._secret, path, request_id, at, body)
        if not request_id or not signing.same(given.headers.get(signing.SIGNATURE, ""), expected):
            return False
        return at.isdecimal() and abs(self._clock() - int(at)) <= signing.WINDOW_S


def _done(action: Action, body: bytes) -> Response:
    """Run one request; a bad picture answers 422, a malformed request 400, an unknown background 409."""
    try:
        return _response(200, action(body))
    except BadImage as error:
        return _refusal(422, "bad_image", reason=error.reason)
    except UnknownBackground:
        return _refusal(409, "unknown_background")
    except wire.Malformed as error:
        return _refusal(400, "malformed", detail=str(error))


def _response(status: int, body: bytes) -> Response:
    return Response(body, status, mimetype="application/json")


def _refusal(status: int, error: str, reason: str | None = None, detail: str | None = None) -> Response:
    return _response(status, wire.REFUSED.write(wire.Refusal(error, reason, detail)))


def _refused(error: HTTPException) -> Response:
    """Answer what Flask refuses, and unforeseen errors, without saying why."""
    return _refusal(error.code or 500, error.name.lower().replace(" ", "_"))


def _metrics() -> Response:
    """Return the figures of all processes of the service in Prometheus' format."""
    registry: prometheus.CollectorRegistry = prometheus.REGISTRY
    if METRICS_FOLDER in os.environ:
        registry = prometheus.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(prometheus.generate_latest(registry), mimetype=prometheus.CONTENT_TYPE_LATEST)
