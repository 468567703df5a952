"""gunicorn configuration: `gunicorn -c python:api.serving 'api.app:create_app()'`."""

import os
import shutil
import subprocess
import sys
import tempfile
from typing import Any

from api.forking import imported
from api.settings import settings_or_exit

# Named by Prometheus; its library reads the variable on import.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# Threads reserved from clients that wait for events, so that other requests always find one.
FREE_THREADS = 24
# Python lets a thread that computes go on for 5 ms before another may; with twenty of them a new request
# would wait a tenth of a second before it is even read.
SWITCH_S = 0.0005

# A wrong setting ends gunicorn here, before any process is forked.
_settings = settings_or_exit()
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
# Nothing here uses it, and a service's user has no home for its socket.
control_socket_disable = True
loglevel = "warning"


def on_starting(_server: Any) -> None:
    """Make the folder in which the processes share their figures before any of them counts; import."""
    if _settings.metrics_port:
        os.environ.setdefault(FOLDER, tempfile.mkdtemp(prefix="yibao-figures-"))
    _import()


def _import() -> None:
    """Import the application before processes are forked: one that died is back at once, all share memory."""
    for name in ("api.app", *(() if _settings.matcher_url else ("matcher.local",))):
        imported(name)


def post_worker_init(_worker: Any) -> None:
    """Let threads take turns often."""
    sys.setswitchinterval(SWITCH_S)


def when_ready(server: Any) -> None:
    """Start the metrics exporter as a separate program, because a fork would copy threads."""
    if _settings.metrics_port:
        command = [sys.executable, "-m", "api.health.exporter", "--of", str(os.getpid())]
        server.exporter = subprocess.Popen(command)  # noqa: S603


def child_exit(_server: Any, worker: Any) -> None:
    """Remove a dead process's gauges from the sum."""
    # Imported here, because the library reads the folder's name on import.
    from prometheus_client import multiprocess  # noqa: PLC0415

    if _settings.metrics_port:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Remove the shared folder; the exporter ends by itself."""
    if _settings.metrics_port:
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


def worker_int(worker: Any) -> None:
    """Wake the clients that wait for events, so that a stop does not wait for them."""
    _close_feed(worker)


def worker_exit(_server: Any, worker: Any) -> None:
    """Close the process's resources."""
    _close_feed(worker)


def _close_feed(worker: Any) -> None:
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["feed"].close()
