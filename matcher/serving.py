"""gunicorn configuration: `gunicorn -c python:matcher.serving 'matcher.service:create_app()'`."""

import os
import shutil
import tempfile
from typing import Any

from matcher.service.settings import METRICS_FOLDER, settings_or_exit

# A wrong setting ends gunicorn here, before any process is forked.
_settings = settings_or_exit()
bind = _settings.matcher_bind
workers = _settings.matcher_processes
worker_class = "gthread"
# One thread per waiting request, and a few for health, metrics and refusals.
threads = _settings.matcher_queue + 4
timeout = 60
graceful_timeout = 30
errorlog = "-"
# Nothing here uses it, and a service's user has no home for its socket.
control_socket_disable = True
loglevel = "warning"


def on_starting(_server: Any) -> None:
    """Make the folder in which the processes share their metrics, then import what they run."""
    os.environ.setdefault(METRICS_FOLDER, tempfile.mkdtemp(prefix="yibao-matcher-metrics-"))
    # After the folder's name is set, and before processes are forked: one that died is back sooner.
    import matcher.service.app  # noqa: F401, PLC0415


def on_exit(_server: Any) -> None:
    """Remove the shared folder."""
    shutil.rmtree(os.environ[METRICS_FOLDER], ignore_errors=True)


def child_exit(_server: Any, worker: Any) -> None:
    """Remove a dead process's gauges from the shared metrics."""
    # Imported here, because the library reads the folder's name on import.
    from prometheus_client import multiprocess  # noqa: PLC0415

    if METRICS_FOLDER in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
