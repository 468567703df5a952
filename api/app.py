"""Composes the web application."""

from typing import TYPE_CHECKING

import structlog
from flask import Response, g, request
from flask_openapi3 import APIBlueprint

from api.composition import build, traced
from api.console import guard
from api.console.watch import watch_routes
from api.events.feed import EventFeed
from api.figures import counted, tracing
from api.health.clock import ComparedClock
from api.health.readiness import Readiness
from api.http import overload, problems
from api.http.docs import guide
from api.http.docs.openapi import Api, new_app
from api.http.draining import drain
from api.http.health import Health, refuse_wrong_clock
from api.http.routes.callback import wechat
from api.http.routes.deliveries import deliveries
from api.http.routes.demo import demo as demo_routes
from api.http.routes.institution import v1
from api.http.routes.mini_program import mp
from api.http.routes.public import public
from api.http.routes.renewals import me
from api.http.web import limit_body, ports, refuse_control_characters, refuse_other_hosts, release_reads
from api.law import assessments
from api.logs import about, configure
from api.policies import versions as policies
from api.popup.routes import popup
from api.ports import Clock, Ports, SystemClock
from api.settings import settings_or_exit

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

log = structlog.get_logger()
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}


def create_app(given: Ports | None = None, clock: Clock | None = None, tracer: "Tracer | None" = None) -> Api:
    """Return the application on these ports, or on ports (and a tracer) from the environment."""
    composed = given or _from_environment(clock)
    tracer = tracer or (None if given else tracing.from_environment())
    composed, app = traced(composed, tracer), new_app()
    if tracer:
        tracing.install(app, tracer)
    app.extensions["ports"] = composed
    app.extensions["feed"] = EventFeed(composed)
    app.extensions["health"] = Health(composed)
    app.extensions["readiness"] = Readiness(composed)
    if isinstance(composed.clock, SystemClock):
        app.extensions["clock"] = ComparedClock(composed)
    counted.watch_pool(composed.database.engine)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    problems.install(app)
    guide.install(app)
    app.before_request(_identify)
    overload.install(app)
    app.before_request(refuse_wrong_clock)
    app.before_request(refuse_other_hosts)
    app.before_request(refuse_control_characters)
    app.before_request(limit_body)
    app.after_request(_finish)
    app.teardown_request(release_reads)
    guard.install(app)
    app.register_blueprint(watch_routes.console)
    for blueprint in blueprints(demo=composed.settings.demo):
        app.register_api(blueprint)
    return app


def blueprints(*, demo: bool) -> tuple[APIBlueprint, ...]:
    """Return all blueprints, the demo profile's last."""
    always = (v1, deliveries, mp, me, public, popup, wechat)
    return (*always, demo_routes) if demo else always


def _from_environment(clock: Clock | None) -> Ports:
    """Build the real ports for a server process."""
    settings = settings_or_exit()
    configure()
    built = build(settings, clock, load_engines=True)
    policies.ensure(built)
    assessments.hold_start(built)
    return built


def _identify() -> None:
    """Assign the request id that logs and errors carry."""
    g.request_id, g.begun_at = ports().random.token(12), ports().now()
    about(afresh=True, request_id=g.request_id)


def _finish(response: Response) -> Response:
    """Add response headers and log the route, never the path, which may contain tickets."""
    drain(ports(), response)
    response.headers["X-Request-Id"] = g.request_id
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    took = ports().now() - g.begun_at
    route = counted.note_request(request, response.status_code, took.total_seconds())
    ms = round(took.total_seconds() * 1000)
    log.info("answered", method=request.method, route=route, status=response.status_code, ms=ms)
    return response
