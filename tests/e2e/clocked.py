"""Runs the application's processes on a clock that tests can set ahead, by a shared file.

The file is named by CLOCK_FILE and mapped into each process; `python -m tests.e2e.clocked` is the worker,
with a module and its arguments it is that command.
"""

import os
import runpy
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from api import app, ports, sweeper
from api.http.docs.openapi import Api


class ClockAhead:
    """A clock shared by processes."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            np.zeros(1).tofile(file)
        self._ahead = np.memmap(file, np.float64, "r+", shape=(1,))

    def now(self) -> datetime:
        """Return the instant, with zone."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    @property
    def ahead(self) -> float:
        """Return how many seconds it is ahead of the machine's."""
        return float(self._ahead[0])

    def put_ahead(self, seconds: float) -> None:
        """Advance the clock in every process at once."""
        self._ahead[0] += seconds


def create_app() -> Api:
    """Return the application as gunicorn serves it."""
    return app.create_app(clock=_given())


def _given() -> ClockAhead:
    return ClockAhead(Path(os.environ["CLOCK_FILE"]))


def _command(module: str, *words: str) -> None:
    """Run a command as `python -m` would, with this clock in its ports."""
    ports.SystemClock.now = _given().now
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    if sys.argv[1:]:
        _command(*sys.argv[1:])
    else:
        sweeper.main(clock=_given())
