"""What the worker does. The tables are the queue that cannot be lost; huey spreads the work.

huey loses a task that is killed half-way, so every task takes a row's id, may run twice, and is
issued again by the sweep for as long as its row is due. Webhooks have threads of their own.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from huey import Huey, RedisHuey, SqliteHuey
from huey.contrib.sql_huey import SqlHuey
from sqlalchemy import Select, and_, func, or_, select

from api.acts import checking as acts
from api.admin import audit
from api.capture import native_result
from api.capture.decide import examine
from api.directory import background
from api.events import webhooks
from api.messaging import agent_notice, push
from api.ports import Ports
from api.privacy import retention
from api.sandbox import player
from api.verification import expiry
from models import tables
from models.domain.attempt import LIVE, AttemptState
from models.domain.delivery import DUE, UNFINISHED
from models.domain.provider import Provider
from models.domain.verification import VerificationState

ANSWER_DUE = timedelta(seconds=5)
# An action may run on another worker: after this it is issued again.
GIVEN_UP = timedelta(seconds=60)
HELD_BACK = timedelta(seconds=5)
HOUSEKEEPING = timedelta(seconds=60)
BATCH = 200
WEBHOOK_THREADS = 8

ACTIONS: Mapping[str, Callable[[Ports, str], object]] = {
    "webhook": webhooks.deliver,
    "push": push.send,
    "sandbox": player.play,
    "notice": agent_notice.send,
    "settle": expiry.settle,
    "examine": examine,
    "native": native_result.decide,
    "retention": lambda ports, _: retention.sweep(ports),
    "anchor": lambda ports, _: (audit.write(ports), acts.anchor(ports)),
    "background": lambda ports, _: background.in_force(ports),
}

DECIDED_BY = {Provider.OWN: "examine", Provider.WECHAT: "native"}
log = structlog.get_logger()


def queue(url: str) -> Huey:
    """Return the huey of a URL: sqlite:////path, redis://… or a database URL of SQLAlchemy's form."""
    if url.startswith("sqlite:///"):
        return SqliteHuey("yibao", filename=url.removeprefix("sqlite:///"), results=False, fsync=True)
    if urlsplit(url).scheme in ("redis", "rediss"):
        return RedisHuey("yibao", url=url, results=False)
    return SqlHuey("yibao", database=url.replace("postgresql+psycopg://", "psycopg3+pool://"), results=False)


class Jobs:
    """Hands due rows to huey, and holds each back while it is under way or has just gone wrong."""

    def __init__(self, ports: Ports, huey: Huey) -> None:
        self._ports = ports
        self._lock = threading.Lock()
        self._held_until: dict[tuple[str, str], datetime] = {}
        self._tidied_at: datetime | None = None
        self._task = huey.task(name="action")(self.do)
        self._webhooks = ThreadPoolExecutor(WEBHOOK_THREADS, "webhook")

    def sweep(self) -> int:
        """Issue everything that is due; return how much that is.

        Whatever goes wrong, the database or the queue away among it, is logged by its kind; what was
        not issued is due again at the next sweep.
        """
        try:
            issued = self._take([*due(self._ports), *self._housekeeping()])
        except Exception as error:  # the next sweep must run
            log.warning("sweep_failed", kind=type(error).__name__)
            return 0
        return sum(self._issue(*job) for job in issued)

    def _issue(self, kind: str, row_id: str) -> bool:
        """Hand one job on; tell whether that was possible."""
        try:
            if kind == "webhook":
                self._webhooks.submit(self.do, kind, row_id)
            else:
                self._task(kind, row_id)
        except Exception as error:  # the queue is away: the row stays due
            log.warning("issue_failed", job=kind, kind=type(error).__name__)
            with self._lock:
                self._held_until.pop((kind, row_id), None)
            return False
        return True

    def close(self) -> None:
        """Begin no more webhooks."""
        self._webhooks.shutdown(wait=False, cancel_futures=True)

    def do(self, kind: str, row_id: str) -> None:
        """Do one action; what goes wrong is logged by its kind and tried again a little later."""
        try:
            ACTIONS[kind](self._ports, row_id)
        except Exception as error:  # the worker must outlive every action
            log.error("job_failed", job=kind, row=row_id, kind=type(error).__name__)
            with self._lock:
                self._held_until[kind, row_id] = self._ports.now() + HELD_BACK
            return
        with self._lock:
            self._held_until.pop((kind, row_id), None)

    def _take(self, found: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return those that nobody has or that are due again, and hold them back."""
        now = self._ports.now()
        with self._lock:
            self._held_until = {job: until for job, until in self._held_until.items() if now < until}
            free = [job for job in found if job not in self._held_until]
            self._held_until.update(dict.fromkeys(free, now + GIVEN_UP))
            return free

    def _housekeeping(self) -> list[tuple[str, str]]:
        """Return the jobs of every minute, when the minute is over."""
        now = self._ports.now()
        if self._tidied_at is not None and now < self._tidied_at + HOUSEKEEPING:
            return []
        self._tidied_at = now
        return [("retention", ""), ("anchor", ""), ("background", "")]


def due(ports: Ports) -> list[tuple[str, str]]:
    """Return what the tables say is due now, as (action, row id)."""
    now = ports.now()
    with ports.database.reading() as db:
        found = [(row.kind, row.id) for row in db.execute(_to_persons(now).limit(BATCH))]
        found += [("webhook", institution_id) for institution_id in db.scalars(_to_tills(now).limit(BATCH))]
        for wanted in (_overdue(now), _lapsing(now)):
            found += [("settle", row_id) for row_id in db.scalars(wanted.limit(BATCH))]
        captured = db.execute(_unanswered(now).limit(BATCH)).all()
        found += [(DECIDED_BY[provider], row_id) for row_id, provider in captured]
    return list(dict.fromkeys(found))


def _to_persons(now: datetime) -> Select[str, str]:
    """Select outbox rows to send, and those whose sender died during the call, but no webhooks."""
    delivery = tables.Delivery
    waiting = delivery.state.in_(UNFINISHED), delivery.kind != "webhook"
    return select(delivery.kind, delivery.id).where(*waiting, delivery.next_at <= now)


def _to_tills(now: datetime) -> Select[str]:
    """Select institutions with a webhook to send."""
    delivery, verification = tables.Delivery, tables.Verification
    return (
        select(verification.institution_id)
        .distinct()
        .join(delivery, delivery.verification_id == verification.id)
        .where(delivery.kind == "webhook", delivery.state.in_(DUE), delivery.next_at <= now)
    )


def _overdue(now: datetime) -> Select[str]:
    """Select verifications with an attempt whose time is over (a challenge may outlive it)."""
    attempt = tables.Attempt
    filming = and_(attempt.state == AttemptState.CHALLENGED, attempt.challenge_expires_at > now)
    return select(attempt.verification_id).where(
        attempt.state.in_(LIVE),
        attempt.expires_at <= now,
        or_(attempt.challenge_expires_at.is_(None), ~filming),
    )


def _lapsing(now: datetime) -> Select[str]:
    """Select verifications that nobody has ended in their time."""
    row = tables.Verification
    return select(row.id).where(row.state == VerificationState.OPEN, row.expires_at <= now)


def _unanswered(now: datetime) -> Select[str, Provider]:
    """Select challenges, with their provider, whose capture has waited too long for its decision."""
    attempt, challenge = tables.Attempt, tables.Challenge
    newest = (
        select(func.max(challenge.number)).where(challenge.attempt_id == attempt.id).correlate(attempt)
    ).scalar_subquery()
    return (
        select(challenge.id, attempt.provider)
        .join(attempt, attempt.id == challenge.attempt_id)
        .where(attempt.state == AttemptState.CAPTURED, attempt.captured_at <= now - ANSWER_DUE)
        .where(challenge.number == newest)
    )
