"""Adds decisions and their measurements to the tallies."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.facts.writing import SEALED
from api.ports import CHINA, Ports
from api.watching import adding
from models import tables
from models.domain.decision import Outcome, Reason
from models.domain.record.fact import unpack
from models.domain.watching import bins

OUTCOME = "outcome"
OUTCOMES = tuple(Outcome)
UNIT = 10_000
COUNTS = ("decided", "passed", "not_live", "not_acquired")
MEASURES = tuple(bins.EDGES)
COLUMNS = (*COUNTS, *(f"{name}_{part}" for name in MEASURES for part in ("n", "sum")))
# Measurements beyond this are not counted: nothing that is measured comes near.
MOST = 1e9


def add(ports: Ports, db: Session, told: Iterable[tuple[str, int | None]]) -> None:
    """Add the decisions that events tell of, given as attempt and number within it, to the tallies."""
    wanted = {(attempt_id, number) for attempt_id, number in told if number is not None}
    rows = [row for row in _facts(db, {one for one, _ in wanted}, wanted) if row.decided_at is not None]
    opened = ports.vault.open_each(SEALED, [(row.challenge_id, row.report or b"") for row in rows])
    days: Counter[adding.Key] = Counter()
    groups: dict[tuple[date, str, str, str], Counter[str]] = defaultdict(Counter)
    for row, packed in zip(rows, opened, strict=True):
        measured = _measured(packed)
        day = row.decided_at.astimezone(CHINA).date()
        models = row.model_set or ""
        days[day, OUTCOME, models, OUTCOMES.index(row.outcome)] += 1
        for name, value in measured.items():
            days[day, name, models, bins.place(bins.EDGES[name], value)] += 1
        week = adding.week_of(day)
        for about, name in (("device", row.device), ("shop", row.institution_id)):
            groups[week, about, name or "", models].update(_sums(row, measured))
    adding.add_days(db, days)
    adding.add(db, tables.GroupTally, [_group(key, sums) for key, sums in sorted(groups.items())])


def _facts(db: Session, attempt_ids: set[str], wanted: set[tuple[str, int]]) -> Iterable[Any]:
    """Yield the facts of the wanted decisions; an attempt's decisions are numbered from 0 in their order."""
    decision, challenge, fact = tables.Decision, tables.Challenge, tables.DecisionFact
    columns = fact.decided_at, fact.institution_id, fact.device, fact.model_set, fact.outcome, fact.reason
    rows = db.execute(
        select(decision.attempt_id, decision.challenge_id, fact.report, *columns)
        .join(challenge, challenge.id == decision.challenge_id)
        .outerjoin(fact, fact.challenge_id == decision.challenge_id)
        .where(decision.attempt_id.in_(attempt_ids))
        .order_by(decision.attempt_id, challenge.number)
    )
    seen: Counter[str] = Counter()
    for row in rows:
        if (row.attempt_id, seen[row.attempt_id]) in wanted:
            yield row
        seen[row.attempt_id] += 1


def _measured(packed: bytes | None) -> dict[str, float]:
    """Return the measurements that can be counted, by name."""
    if not packed:
        return {}
    report, measured = unpack(packed)
    given = {name: getattr(report if hasattr(report, name) else measured, name) for name in MEASURES}
    return {name: value for name, value in given.items() if bins.is_number(value) and abs(value) < MOST}


def _sums(row: Any, measured: dict[str, float]) -> dict[str, int]:
    """Return what one decision adds to a group."""
    added = {"decided": 1, "passed": int(row.outcome is Outcome.PASSED)}
    added |= {reason: int(row.reason == reason) for reason in (Reason.NOT_LIVE, Reason.NOT_ACQUIRED)}
    for name, value in measured.items():
        added |= {f"{name}_n": 1, f"{name}_sum": round(value * UNIT)}
    return added


def _group(key: Sequence[object], sums: Counter[str]) -> dict[str, object]:
    names = ("week", "about", "name", "model_set")
    return dict(zip(names, key, strict=True)) | {name: sums[name] for name in COLUMNS}
