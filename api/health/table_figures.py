"""Metrics read from the tables, equal in every process."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.admin import audit
from api.archive.exporting import first_waiting
from api.health.disks import free_shares
from api.settings import Settings
from models import tables
from models.database import POOL, Database
from models.domain.attempt import AttemptState
from models.domain.delivery import UNFINISHED, DeliveryKind
from models.domain.law.request import RequestState

# Counting persons reads every row (some ms per 100,000), too slow for every scrape.
COUNTED_EVERY = timedelta(seconds=60)


class TableFigures(Collector):
    """Prometheus collector that reads the tables at each scrape.

    `processes`: how many are counted together; `writes_anchors`: whether this process writes the anchor file.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        now: Callable[[], datetime],
        *,
        processes: int = 1,
        writes_anchors: bool = False,
    ) -> None:
        self._settings, self._database, self._now = settings, database, now
        self._processes = processes
        self._anchors = settings.anchor_file if writes_anchors else None
        self._counted_at: datetime | None = None
        self._persons = (0, 0)

    def describe(self) -> list[Metric]:
        """Return nothing, so that registering does not query the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics; while the database is unreachable only that fact and the disks."""
        found: list[Metric] = []
        try:
            with self._database.reading() as db:
                found = [*self._outbox(db), *self._due(db), *self._workers(db), *self._stored(db)]
        except SQLAlchemyError:
            found = []
        yield _figure("yibao_database_up", "1 if the database answered this scrape", float(bool(found)))
        yield from found
        clients = self._settings.event_clients * self._processes
        yield _figure("yibao_pool_limit", "connections that may be in use", POOL * self._processes)
        yield _figure("yibao_event_clients_limit", "clients that may wait", clients)
        disks = _labelled("yibao_disk_free_ratio", "free share of the disk", "what")
        for name, share in free_shares(self._settings).items():
            disks.add_metric([name], share)
        yield disks

    def _age(self, since: datetime | None) -> float:
        return max((self._now() - since).total_seconds(), 0.0) if since else 0.0

    def _outbox(self, db: Session) -> Iterator[Metric]:
        """Yield, for each kind, the age of the oldest due row and the number of due rows."""
        row = tables.Delivery
        wanted = select(row.kind, func.min(row.next_at), func.count())
        overdue = wanted.where(row.state.in_(UNFINISHED), row.next_at <= self._now()).group_by(row.kind)
        found = {kind: (since, count) for kind, since, count in db.execute(overdue)}
        ages = _labelled("yibao_outbox_age_seconds", "how long the oldest due delivery has waited", "kind")
        counts = _labelled("yibao_outbox_due", "deliveries that are due", "kind")
        for kind in DeliveryKind:
            since, count = found.get(kind, (None, 0))
            ages.add_metric([kind.value], self._age(since))
            counts.add_metric([kind.value], count)
        yield from (ages, counts)

    def _due(self, db: Session) -> Iterator[Metric]:
        """Yield how long the oldest capture has waited for its decision."""
        row = tables.Attempt
        oldest = db.scalar(select(func.min(row.captured_at)).where(row.state == AttemptState.CAPTURED))
        yield _figure("yibao_captured_age_seconds", "age of the oldest undecided capture", self._age(oldest))

    def _workers(self, db: Session) -> Iterator[Metric]:
        """Yield the age of the newest heartbeat, and the longest sweep of the live workers."""
        row = tables.WorkerBeat
        newest = db.scalar(select(func.max(row.at)))
        if newest is None:
            return
        yield _figure("yibao_worker_beat_age_seconds", "since a worker's last sweep", self._age(newest))
        living = select(func.count(), func.max(row.sweep_ms)).where(row.at >= newest - timedelta(seconds=10))
        count, longest = db.execute(living).one()
        yield _figure("yibao_workers", "workers that sweep", count)
        yield _figure("yibao_worker_sweep_seconds", "longest last sweep of these", (longest or 0) / 1000)

    def _stored(self, db: Session) -> Iterator[Metric]:
        """Yield counts of persons, the age of their oldest request, and how far archive and anchors lag."""
        if self._counted_at is None or self._now() >= self._counted_at + COUNTED_EVERY:
            everybody = db.scalar(select(func.count()).select_from(tables.Person)) or 0
            faces = db.scalar(select(func.count(tables.Enrolment.person_id.distinct()))) or 0
            self._persons, self._counted_at = (everybody, faces), self._now()
        yield _figure("yibao_persons", "persons of the directory", self._persons[0])
        yield _figure("yibao_persons_with_face", "persons whose face is stored", self._persons[1])
        asked = select(func.min(tables.SubjectRequest.asked_at))
        oldest = db.scalar(asked.where(tables.SubjectRequest.state == RequestState.OPEN))
        yield _figure(
            "yibao_subject_request_age_seconds", "age of the oldest open request", self._age(oldest)
        )
        # Without an archive, which only a demo lacks, nothing waits for it.
        waiting = first_waiting(db) if self._settings.archive_url else None
        yield _figure("yibao_archive_age_seconds", "age of the oldest event not exported", self._age(waiting))
        if self._anchors is not None:
            event = tables.Event
            after = event.id > audit.last_event(self._anchors)
            first = db.scalar(select(event.created_at).where(after).order_by(event.id).limit(1))
            yield _figure("yibao_anchor_age_seconds", "age of the oldest unanchored event", self._age(first))


def _figure(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


def _labelled(name: str, meaning: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, labels=[label])
