"""The jobs that were issued and are held back until their worker has had time for them."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.jobs.due import DecideCapture, Job, SendWebhooks

# A job may run on another worker, or be lost with the queue or its worker: it is issued again after LOST,
# then after twice that time and so on, at most GIVEN_UP.
GIVEN_UP = timedelta(seconds=60)
LOST = timedelta(seconds=3)
# Slow operations: the matcher's answer, and unresponsive receivers.
FIRST = {DecideCapture: timedelta(seconds=10), SendWebhooks: GIVEN_UP}
HELD_BACK = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Issued:
    """Until when a job is held back, and for how long."""

    until: datetime
    wait: timedelta


class Holding:
    """Jobs that this process has issued, or that have just failed here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._issued: dict[Job, Issued] = {}
        self._rests_until: dict[Job, datetime] = {}

    def take(self, found: list[Job], now: datetime) -> list[Job]:
        """Return the jobs that are not held back, and hold them back from now on."""
        with self._lock:
            self._issued = {job: one for job, one in self._issued.items() if now < one.until + GIVEN_UP}
            self._rests_until = {job: until for job, until in self._rests_until.items() if now < until}
            free = [job for job in found if job not in self._rests_until and self._is_free(job, now)]
            for job in free:
                known = self._issued.get(job)
                wait = min(2 * known.wait, GIVEN_UP) if known else FIRST.get(type(job), LOST)
                self._issued[job] = Issued(now + wait, wait)
            return free

    def _is_free(self, job: Job, now: datetime) -> bool:
        """Tell whether a job is not held back, or was issued too long ago."""
        known = self._issued.get(job)
        return known is None or now >= known.until

    def release(self, job: Job) -> None:
        """Forget a job that is done, or could not be issued."""
        with self._lock:
            self._issued.pop(job, None)

    def rest(self, job: Job, now: datetime) -> None:
        """Hold back a job for a short time after it failed."""
        with self._lock:
            self._rests_until[job] = now + HELD_BACK
