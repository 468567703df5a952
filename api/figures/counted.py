"""Counters of one process: requests, connections, waiting clients, deliveries.

Several gunicorn processes are summed through the folder PROMETHEUS_MULTIPROC_DIR, which `api.serving`
creates.
"""

from typing import Any

import prometheus_client as prometheus
from flask import Request
from sqlalchemy import Engine, event

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = prometheus.Counter("yibao_requests_total", "answered requests", ["method", "route", "status"])
SECONDS = prometheus.Histogram("yibao_request_seconds", "from arrival to answer", ["route"], buckets=BUCKETS)
CONNECTIONS = prometheus.Gauge(
    "yibao_pool_connections", "database connections in use", multiprocess_mode="livesum"
)
EVENT_CLIENTS = prometheus.Gauge(
    "yibao_event_clients", "clients that wait for events", multiprocess_mode="livesum"
)
DELIVERIES = prometheus.Counter("yibao_deliveries_total", "deliveries by kind and result", ["kind", "result"])


def note_request(request: Request, status: int, seconds: float) -> str:
    """Count one answered request and return its route; unknown routes are `-`, to bound the labels."""
    known = request.url_rule is not None
    route = request.url_rule.rule if request.url_rule else "-"
    REQUESTS.labels(request.method if known else "-", route, status).inc()
    SECONDS.labels(route).observe(seconds)
    return route


def note_turned_away() -> None:
    """Count one request that was answered 503 before its route was known."""
    REQUESTS.labels("-", "-", 503).inc()


def watch_pool(engine: Engine) -> None:
    """Count this engine's connections in use."""

    def taken(*_: Any) -> None:
        CONNECTIONS.inc()

    def returned(*_: Any) -> None:
        CONNECTIONS.dec()

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", returned)
