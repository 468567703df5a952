"""Comparisons of insured strangers: requested by one account, started by another, run by a worker.

Templates are compared in memory only; histograms and rates of cells of at least 20 persons are stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.directory import background
from api.law import assessments
from api.limits.locks import hold
from api.policies import versions
from api.ports import Ports
from api.releases.stranger_templates import chosen, families, vectors
from api.tuning.pairs import compare
from matcher.comparison.background import matrix
from matcher.types import Embedder
from models import tables
from models.domain.console.act import ActKind
from models.domain.errors import Absent, Conflict
from models.domain.law.assessment import Purpose
from models.domain.release import strangers as rules
from models.domain.release.strangers import LEASE, LEAST, RunState

Cells = list[Mapping[str, Any]]
OPEN = (RunState.ASKED, RunState.STARTED)


def ask(ports: Ports, actor: str) -> tables.StrangerRun:
    """Request a comparison that a second account must start.

    Raises Conflict `not_assessed` unless the impact assessment in force names it, `release_open` while
    another run is open.
    """
    with ports.database.transaction() as db:
        hold(db, "strangers")
        assessments.hold(db, ports.now(), Purpose.STRANGERS)
        if any(not _lapsed(one, ports.now()) for one in db.scalars(_open())):
            raise Conflict("another comparison is open", code="strangers_open")
        row = tables.StrangerRun(
            id=ports.new_id("str"), state=RunState.ASKED, asked_by=actor, asked_at=ports.now()
        )
        db.add(row)
        record(ports, db, Entry(actor, ActKind.STRANGERS_ASKED, row.id))
        return row


def start(ports: Ports, actor: str, run_id: str) -> None:
    """Start a comparison that another account requested; raises Conflict as `ask` and `may_start` do."""
    with ports.database.transaction() as db:
        row = _held(db, run_id)
        assessments.hold(db, ports.now(), Purpose.STRANGERS)
        rules.may_start(row.state, (row.asked_by, row.asked_at), actor, ports.now())
        row.state, row.started_by, row.started_at = RunState.STARTED, actor, ports.now()
        record(ports, db, Entry(actor, ActKind.STRANGERS_STARTED, row.id, {"asked_by": row.asked_by}))


def withdraw(ports: Ports, actor: str, run_id: str) -> None:
    """Withdraw an unfinished comparison."""
    with ports.database.transaction() as db:
        row = _held(db, run_id)
        if row.state not in OPEN:
            raise Conflict("it is over", code="wrong_state")
        row.state = RunState.WITHDRAWN
        record(ports, db, Entry(actor, ActKind.STRANGERS_WITHDRAWN, row.id))


def history(ports: Ports) -> Sequence[tables.StrangerRun]:
    """Return all runs, newest first."""
    with ports.database.reading() as db:
        return db.scalars(select(tables.StrangerRun).order_by(tables.StrangerRun.asked_at.desc())).all()


def newest(ports: Ports) -> tables.StrangerRun | None:
    """Return the newest finished run, or None."""
    return next((row for row in history(ports) if row.state is RunState.DONE), None)


def due(db: Session, now: datetime) -> list[str]:
    """Return the started runs that no worker has leased."""
    row = tables.StrangerRun
    free = or_(row.leased_until.is_(None), row.leased_until <= now)
    return list(db.scalars(select(row.id).where(row.state == RunState.STARTED, free)))


def run(ports: Ports, run_id: str) -> None:
    """Compare and store the cells; a killed worker leaves nothing, and another starts over."""
    if not _leased(ports, run_id):
        return
    with ports.database.reading() as db:
        try:
            assessments.hold(db, ports.now(), Purpose.STRANGERS)
        except Conflict:
            return
        cells, family = chosen(ports, db, run_id), families(db)
        engine = Embedder(versions.active(db).model_set)
    faces = background.drawn(ports, engine)
    known = matrix(faces) if faces else None
    kept: Cells = []
    for (sex, band), persons in sorted(cells.items()):
        unit, owners = vectors(ports, persons, engine)
        if len(owners) >= LEAST:
            groups = np.array([family.get(one, -1 - n) for n, one in enumerate(owners)], np.int64)
            found = asdict(compare(unit, groups, known, engine))
            kept.append({"sex": sex, "age_band": band, "normalised": known is not None, **found})
    _finish(ports, run_id, kept)


def _finish(ports: Ports, run_id: str, kept: Cells) -> None:
    """Store the cells once, from the first of several workers."""
    with ports.database.transaction() as db:
        row = _held(db, run_id)
        if row.state is RunState.STARTED:
            row.state, row.cells, row.done_at = RunState.DONE, [dict(one) for one in kept], ports.now()
            record(ports, db, Entry(row.started_by or "", ActKind.STRANGERS_DONE, row.id))


def _leased(ports: Ports, run_id: str) -> bool:
    """Tell whether this worker has the run's lease."""
    row, now = tables.StrangerRun, ports.now()
    free = or_(row.leased_until.is_(None), row.leased_until <= now)
    wanted = update(row).where(row.id == run_id, row.state == RunState.STARTED, free)
    with ports.database.transaction() as db:
        return db.execute(wanted.values(leased_until=now + LEASE).returning(row.id)).first() is not None


def worst(cells: Iterable[Mapping[str, Any]], place: int) -> Mapping[str, Any] | None:
    """Return the band at a threshold (its index) of the cell with the highest rate, or None."""
    bands = [one["bands"][place] for one in cells if one["pairs"]]
    return max(bands, key=lambda one: one["rate"], default=None)


def _open() -> Select[tables.StrangerRun]:
    return select(tables.StrangerRun).where(tables.StrangerRun.state.in_(OPEN))


def _lapsed(row: tables.StrangerRun, now: datetime) -> bool:
    return row.state is RunState.ASKED and now >= row.asked_at + rules.ASKED_HOLDS


def _held(db: Session, run_id: str) -> tables.StrangerRun:
    """Return a run, locked until this transaction ends; raises Absent."""
    hold(db, "strangers")
    row = db.get(tables.StrangerRun, run_id)
    if row is None:
        raise Absent("no such comparison")
    return row
