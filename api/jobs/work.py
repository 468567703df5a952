"""Runs the worker's jobs. The tables are the durable queue; huey only distributes the work.

huey loses a task killed half-way, so every job names a row, may run twice, and is issued again by each sweep
while that row is due. Webhooks have their own threads.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from huey import Huey, RedisHuey, SqliteHuey
from huey.contrib.sql_huey import SqlHuey

from api.abuse import raising
from api.acts import checking as acts
from api.admin import audit
from api.archive import exporting
from api.capture import decide, native_result
from api.directory import background
from api.events import webhooks
from api.facts import backfill
from api.jobs import leases
from api.jobs.due import (
    Calculate,
    Chore,
    CompareStrangers,
    DecideCapture,
    Job,
    MoveTemplates,
    SendDelivery,
    SendWebhooks,
    SettleExpiry,
    WatchRelease,
    due,
)
from api.jobs.holding import Holding
from api.logs import about
from api.messaging import more_asked
from api.messaging.agent_notice import NoticeSender
from api.messaging.push import PushSender
from api.outbound import outbox
from api.ports import Ports
from api.privacy import orphans, retention
from api.releases import calculating, guarding, moving, strangers
from api.sandbox.player import SandboxSender
from api.verification import expiry
from api.watching import counting, daily, tallies
from models.domain.delivery import DeliveryKind
from models.domain.provider import Provider

HOUSEKEEPING = timedelta(seconds=60)
WEBHOOK_THREADS = 8
# A worker that may not run a job takes no other in this time, so that others come first.
PASSED_ON_S = 0.2

SENDERS: Mapping[DeliveryKind, outbox.Sender[Any, Any]] = {
    DeliveryKind.PUSH: PushSender(),
    DeliveryKind.NOTICE: NoticeSender(),
    DeliveryKind.MORE: more_asked.MoreSender(),
    DeliveryKind.RENEWAL: more_asked.RenewalSender(),
    DeliveryKind.WEBHOOK: webhooks.WebhookSender(),
    DeliveryKind.SANDBOX: SandboxSender(),
}

log = structlog.get_logger()


def run(ports: Ports, job: Job) -> None:
    """Run one job; every job may run twice."""
    match job:
        case SendDelivery(kind, delivery_id):
            outbox.send(ports, SENDERS[kind], delivery_id)
        case SendWebhooks(institution_id):
            webhooks.deliver(ports, institution_id)
        case SettleExpiry(verification_id):
            expiry.settle(ports, verification_id)
        case DecideCapture(Provider.OWN, challenge_id):
            decide.examine(ports, challenge_id)
        case DecideCapture(Provider.WECHAT, challenge_id):
            native_result.decide(ports, challenge_id)
        case WatchRelease():
            guarding.watch(ports)
        case CompareStrangers(run_id):
            strangers.run(ports, run_id)
        case MoveTemplates(migration_id):
            moving.run(ports, migration_id)
        case Calculate(calculation_id):
            calculating.run(ports, calculation_id)
        case Chore():
            if leases.taken(ports, job):
                _tidy(ports, job)


def _tidy(ports: Ports, chore: Chore) -> None:
    """Run one chore of every minute."""
    match chore:
        case Chore.RETENTION:
            retention.sweep(ports)
        case Chore.ANCHOR:
            audit.write(ports)
            acts.anchor(ports)
        case Chore.OPTIMIZE:
            ports.database.optimize()
        case Chore.BACKGROUND:
            background.renew(ports)
        case Chore.FACTS:
            backfill.fill(ports)
        case Chore.ORPHANS:
            orphans.sweep(ports)
        case Chore.ABUSE:
            raising.look(ports)
        case Chore.TALLIES:
            tallies.count(ports)
            counting.count(ports)
            daily.count(ports)
        case Chore.ARCHIVE:
            exporting.export(ports)


def queue(url: str) -> Huey:
    """Return the huey of a URL: sqlite:////path, redis://… or a database URL of SQLAlchemy's form."""
    if url.startswith("sqlite:///"):
        return SqliteHuey("yibao", filename=url.removeprefix("sqlite:///"), results=False, fsync=True)
    if urlsplit(url).scheme in ("redis", "rediss"):
        return RedisHuey("yibao", url=url, results=False)
    return SqlHuey("yibao", database=url.replace("postgresql+psycopg://", "psycopg3+pool://"), results=False)


class Jobs:
    """Issues due rows to huey, except those that are running or have just failed, and runs what is issued."""

    def __init__(self, ports: Ports, huey: Huey, trusted: Callable[[], bool] = lambda: True) -> None:
        """Run jobs only while the clock is `trusted`."""
        self._ports, self._trusted = ports, trusted
        self._holding = Holding()
        self._tidied_at: datetime | None = None
        self._task = huey.task(name="action")(self.do)
        self._webhooks = ThreadPoolExecutor(WEBHOOK_THREADS, "webhook")

    def sweep(self) -> int:
        """Issue everything that is due; return the number of due jobs.

        Any error, such as an unreachable database or queue, is logged by its class; jobs not issued are still
        due at the next sweep.
        """
        try:
            issued = self._holding.take([*due(self._ports), *self._housekeeping()], self._ports.now())
        except Exception as error:  # the next sweep must run
            log.warning("sweep_failed", kind=type(error).__name__)
            return 0
        return sum(map(self._issue, issued))

    def _issue(self, job: Job) -> bool:
        """Issue one job; return whether the queue accepted it."""
        try:
            if isinstance(job, SendWebhooks):
                self._webhooks.submit(self.do, job)
            else:
                self._task(job)
        except Exception as error:  # the queue is unreachable: the row stays due
            log.warning("issue_failed", job=str(job), kind=type(error).__name__)
            self._holding.release(job)
            return False
        return True

    def close(self) -> None:
        """Start no more webhooks."""
        self._webhooks.shutdown(wait=False, cancel_futures=True)

    def do(self, job: Job) -> None:
        """Run one job; an error is logged by its class and the job is repeated a little later.

        With a wrong clock it is passed on to another worker: a lease written ten minutes ahead, for one,
        would keep everybody from the row for as long.
        """
        about(afresh=True)
        if not self._trusted():
            self._holding.release(job)
            if not isinstance(job, SendWebhooks):
                time.sleep(PASSED_ON_S)
                self._issue(job)
            return
        try:
            run(self._ports, job)
        except Exception as error:  # the worker must survive every job
            log.error("job_failed", job=str(job), kind=type(error).__name__)
            self._holding.rest(job, self._ports.now())
        self._holding.release(job)

    def _housekeeping(self) -> list[Job]:
        """Return the chores once a minute."""
        now = self._ports.now()
        if self._tidied_at is not None and now < self._tidied_at + HOUSEKEEPING:
            return []
        self._tidied_at = now
        return list(Chore)
