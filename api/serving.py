"""How gunicorn serves the application: `gunicorn -c python:api.serving 'api.app:create_app()'`."""

from typing import Any

from api.settings import Settings

# Threads that are never taken by clients waiting for events, so that an action always finds one.
FREE_THREADS = 24

_settings = Settings()
bind = _settings.bind
workers = _settings.web_processes
worker_class = "gthread"
threads = _settings.event_clients + FREE_THREADS
# Idle connections kept for browsers take no thread.
worker_connections = threads + 500
timeout = 60
graceful_timeout = 10
keepalive = 15
limit_request_line = 4094
limit_request_fields = 60
errorlog = "-"
loglevel = "warning"


def worker_int(worker: Any) -> None:
    """Wake the clients that wait for events, so that a stop does not wait for them."""
    _close_feed(worker)


def worker_exit(_server: Any, worker: Any) -> None:
    """Close what the process holds."""
    _close_feed(worker)


def _close_feed(worker: Any) -> None:
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["feed"].close()
