"""The work of a worker process: sweep the tables and run what is due."""

import os
import threading
import time
from collections.abc import Callable

import structlog

from api.beats import Beats
from api.composition import build, traced
from api.figures import tracing
from api.health import exporter
from api.health.table_figures import TableFigures
from api.jobs.consuming import consumer
from api.jobs.work import Jobs, queue
from api.law import assessments
from api.logs import configure
from api.ports import Clock, Ports
from api.settings import settings_or_exit

SWEEP_S = 0.2
# A worker whose sweep takes longer than this exits, so that its supervisor restarts it.
STUCK_S = 30
STUCK = 70

log = structlog.get_logger()


def main(given: Ports | None = None, clock: Clock | None = None) -> None:
    """Sweep the tables and work until told to stop, on these ports or those from the environment."""
    configure()
    ports = given or traced(build(settings_or_exit(), clock), tracing.from_environment())
    assessments.hold_start(ports)
    settings = ports.settings
    huey = queue(settings.jobs_url)
    beats, stop = Beats(ports), threading.Event()
    jobs = Jobs(ports, huey, beats.clock.is_right)
    if settings.metrics_port:
        figures = TableFigures(settings, ports.database, ports.now, writes_anchors=True)
        exporter.serve(settings, figures)
    sweeper = Sweeper(jobs, beats, stop)
    for work in (sweeper.run, sweeper.watch):
        threading.Thread(target=work, daemon=True).start()
    try:
        consumer(huey).run()
    finally:
        stop.set()
        sweeper.finished.wait(timeout=5)
        jobs.close()
        ports.database.dispose()


class Sweeper:
    """Sweeps until stopped, and ends the process when a sweep hangs."""

    def __init__(
        self,
        jobs: Jobs,
        beats: Beats,
        stop: threading.Event,
        end: Callable[[int], object] = os._exit,
        stuck_s: float = STUCK_S,
    ) -> None:
        self._jobs, self._beats, self._stop = jobs, beats, stop
        self._end, self._stuck_s = end, stuck_s
        self._swept_at = time.monotonic()
        self.finished = threading.Event()

    def run(self) -> None:
        """Look for due rows until stopped; while the clock is wrong neither sweep nor beat."""
        while not self._stop.wait(SWEEP_S):
            begun = time.monotonic()
            if self._beats.clock.is_right():
                self._jobs.sweep()
                self._beats.beat(round((time.monotonic() - begun) * 1000))
            self._swept_at = time.monotonic()
        self.finished.set()

    def watch(self) -> None:
        """Exit with an error when no sweep has finished for too long."""
        while not self._stop.wait(min(1.0, self._stuck_s)):
            if time.monotonic() - self._swept_at > self._stuck_s:
                log.error("sweep_stuck", seconds=self._stuck_s)
                self._end(STUCK)
                return
