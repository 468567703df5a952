"""Calculations over stored decisions for the console: requested on a page, made by a worker, kept.

A page reads only the result. A killed worker leaves no result, and another starts over.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session, undefer

from api.acts.ledger import Entry, record
from api.limits.locks import hold
from api.policies import versions
from api.ports import Ports
from api.tuning import populations, replaying, stored
from api.tuning.rates import rates
from api.tuning.replaying import FLIPS_SHOWN, Scope
from models import tables
from models.domain.chain import canonical
from models.domain.console.act import ActKind
from models.domain.policy import Policy
from models.domain.release.calculation import LEASE, MOST_TRIES, CalculationKind, CalculationState

# Most decisions of a replay, and of a group's error rates, whose scores are in memory together.
MOST, MOST_OF_GROUP = 1_000_000, 200_000
# Most flips of an export.
FLIPS = 5_000
PROGRESS_EVERY = timedelta(seconds=1)
NEWEST = 10
ROW = tables.Calculation
Found = dict[str, object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is calculated over the last days: the effect of changed thresholds, or a group's error rates.

    `group` is a name of `populations.GROUPED_BY` with its value, as name=value.
    """

    kind: CalculationKind
    days: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the parameters as they are stored."""
        return {"days": self.days, "changes": dict(self.changes), "group": self.group}


def ask(ports: Ports, actor: str, wanted: Wanted) -> str:
    """Request a calculation, an act; return its id.

    One that is queued for the same is shared; an account's earlier one that is not done is replaced.
    """
    with ports.database.transaction() as db:
        hold(db, "calculations")
        version = versions.active(db).version
        queued = select(ROW).where(ROW.state == CalculationState.QUEUED)
        key = _key(wanted, version)
        shared = db.scalar(queued.where(ROW.key == key))
        told = {
            "group": wanted.group[:64],
            "what_if": ",".join(f"{k}={v}" for k, v in wanted.changes.items()),
        }
        record(ports, db, Entry(actor, ActKind.FIGURES_READ, None, told))
        if shared is not None:
            return shared.id
        for earlier in db.scalars(queued.where(ROW.asked_by == actor)):
            earlier.state = CalculationState.REPLACED
        row = ROW(
            id=ports.new_id("cal"), kind=wanted.kind, key=key, wanted=wanted.to_json(), version=version,
            state=CalculationState.QUEUED, asked_by=actor, asked_at=ports.now(),
        )  # fmt: skip
        db.add(row)
        return row.id


def newest(ports: Ports, wanted: Wanted, *, flips: bool = False) -> tables.Calculation | None:
    """Return the newest calculation of this under the policy in force, with its result or its flips."""
    with ports.database.reading() as db:
        key = _key(wanted, versions.active(db).version)
        found = select(ROW).where(ROW.key == key, ROW.state != CalculationState.REPLACED)
        loaded = undefer(ROW.flips if flips else ROW.found)
        return db.scalar(found.order_by(ROW.asked_at.desc()).limit(1).options(loaded))


def history(ports: Ports, kind: CalculationKind) -> Sequence[tables.Calculation]:
    """Return the newest calculations of a kind under the policy in force."""
    with ports.database.reading() as db:
        mine = ROW.kind == kind, ROW.version == versions.active(db).version
        found = select(ROW).where(*mine, ROW.state != CalculationState.REPLACED)
        return db.scalars(found.order_by(ROW.asked_at.desc()).limit(NEWEST)).all()


def due(db: Session, now: datetime) -> list[str]:
    """Return the queued calculations that no worker has leased, and those whose worker has died."""
    free = or_(ROW.leased_until.is_(None), ROW.leased_until <= now)
    return list(db.scalars(select(ROW.id).where(ROW.state == CalculationState.QUEUED, free)))


def run(ports: Ports, calculation_id: str) -> None:
    """Calculate, and store the result in one transaction unless the request has been replaced."""
    row = _leased(ports, calculation_id)
    if row is None:
        return
    try:
        found, flips = _calculated(ports, row)
    except _ReplacedError:
        return
    values = {"found": found, "flips": flips, "done_at": ports.now(), "state": CalculationState.DONE}
    with ports.database.transaction() as db:
        db.execute(update(ROW).where(*_queued(row.id)).values(**values))


class _ReplacedError(Exception):
    """Nobody waits for this calculation any more."""


def _calculated(ports: Ports, row: tables.Calculation) -> tuple[Found, list[Found] | None]:
    """Return the result of a calculation, and of a replay the flips to export."""
    days = timedelta(days=row.wanted["days"])
    scope = Scope(row.asked_at - days, row.asked_at + timedelta(seconds=1), MOST, flips=FLIPS)
    if row.kind is CalculationKind.RATES:
        name, _, value = row.wanted["group"].partition("=")
        scope = Scope(scope.since, scope.until, MOST_OF_GROUP)
        return rates(populations.gather(ports, scope, (name, value))).to_json(), None
    with ports.database.reading() as db:
        before = versions.pinned(db, row.version)
    after = Policy.from_json(before.to_json() | row.wanted["changes"])
    replay = replaying.replay(ports, before, after, scope, _Progress(ports, row.id))
    return stored.to_json(replay, FLIPS_SHOWN), stored.flips(replay)


@dataclass(slots=True)
class _Progress:
    """Records how far a calculation is once a second, and renews its lease."""

    ports: Ports
    calculation_id: str
    noted_at: datetime | None = None

    def __call__(self, done: int, total: int) -> None:
        """Record `done` of `total`; raise _ReplacedError if the calculation is not wanted any more."""
        now = self.ports.now()
        if self.noted_at is not None and now < self.noted_at + PROGRESS_EVERY:
            return
        self.noted_at = now
        values = {"done": done, "total": total, "leased_until": now + LEASE}
        wanted = update(ROW).where(*_queued(self.calculation_id)).values(**values)
        with self.ports.database.transaction() as db:
            if db.execute(wanted.returning(ROW.id)).first() is None:
                raise _ReplacedError


def _queued(calculation_id: str) -> tuple[Any, ...]:
    return ROW.id == calculation_id, ROW.state == CalculationState.QUEUED


def _leased(ports: Ports, calculation_id: str) -> tables.Calculation | None:
    """Return the calculation if this worker has its lease; one that was tried too often is given up."""
    now = ports.now()
    free = or_(ROW.leased_until.is_(None), ROW.leased_until <= now)
    is_over = case((ROW.tries >= MOST_TRIES, CalculationState.GIVEN_UP), else_=CalculationState.QUEUED)
    values = {"leased_until": now + LEASE, "tries": ROW.tries + 1, "state": is_over}
    wanted = update(ROW).where(*_queued(calculation_id), free).values(**values).returning(ROW)
    with ports.database.transaction() as db:
        row = db.scalars(wanted).first()
    return row if row is not None and row.state is CalculationState.QUEUED else None


def _key(wanted: Wanted, version: int) -> str:
    told = wanted.to_json() | {"kind": wanted.kind, "version": version}
    return hashlib.sha256(canonical(told).encode()).hexdigest()
