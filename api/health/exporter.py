"""Serves Prometheus metrics on their own port: `python -m api.health.exporter --of PID` beside gunicorn.

`api.serving` starts it and it ends with gunicorn; a worker serves its metrics in a thread.
"""

import argparse
import os
import time
from urllib.parse import urlsplit

import prometheus_client as prometheus
import structlog
from prometheus_client import multiprocess

from api.health.table_figures import TableFigures
from api.ports import SystemClock
from api.settings import Settings, settings_or_exit
from models.database import Database

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
LOOK_S = 0.5

log = structlog.get_logger()


def serve(settings: Settings, tables: TableFigures) -> None:
    """Serve metrics in a thread, on the host of YIBAO_BIND and the port YIBAO_METRICS_PORT."""
    registry: prometheus.CollectorRegistry = prometheus.REGISTRY
    if FOLDER in os.environ:
        registry = prometheus.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(tables)
    address = urlsplit(f"//{settings.bind}").hostname or "127.0.0.1"
    try:
        prometheus.start_http_server(settings.metrics_port, address, registry)
    except OSError as error:
        # Metrics are not needed to serve tills; monitoring notices when they are missing.
        log.error("figures_not_shown", port=settings.metrics_port, cause=error.strerror)


def main() -> None:
    """Serve the metrics of gunicorn's processes for as long as their parent lives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", type=int, required=True, help="process id of gunicorn")
    parent = parser.parse_args().of
    settings = settings_or_exit()
    database = Database(settings.database_url)
    serve(settings, TableFigures(settings, database, SystemClock().now, processes=settings.web_processes))
    while os.getppid() == parent:
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
