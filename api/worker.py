"""The worker process: `python -m api.worker`. Killing it loses nothing."""

import threading

from huey.consumer import Consumer

from api.composition import build
from api.jobs import Jobs, queue
from api.logs import configure
from api.ports import Clock
from api.settings import Settings

SWEEP_S = 0.2


def main(clock: Clock | None = None) -> None:
    """Sweep the tables and work until told to stop."""
    settings = Settings()
    configure()
    ports = build(settings, clock)
    huey = queue(settings.jobs_url)
    jobs, stop = Jobs(ports, huey), threading.Event()
    sweeper = threading.Thread(target=_sweep, args=(jobs, stop), name="sweep", daemon=True)
    sweeper.start()
    consumer = Consumer(huey, workers=2, periodic=False, initial_delay=0.05, backoff=1.0, max_delay=0.05)
    try:
        consumer.run()
    finally:
        stop.set()
        sweeper.join(timeout=5)
        jobs.close()
        ports.database.dispose()


def _sweep(jobs: Jobs, stop: threading.Event) -> None:
    """Look for due rows until stopped."""
    while not stop.wait(SWEEP_S):
        jobs.sweep()


if __name__ == "__main__":
    main()
