"""Verifies every decision's facts against their keyed digest and the chain of events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.facts.writing import mac, place
from api.ports import Ports
from models import tables
from models.vault import CannotOpen

BATCH = 1000
# The states into which a decision moves its attempt.
DECIDING = ("attempt.passed", "attempt.failed", "attempt.consented")


@dataclass(frozen=True, slots=True)
class WrongFact:
    """One altered fact and the part that fails: `row`, `report`, `event` or `missing`."""

    challenge_id: str
    part: str


@dataclass(frozen=True, slots=True)
class CheckedFacts:
    """Result of a check: the number of facts, and the altered ones."""

    facts: int = 0
    wrong: list[WrongFact] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Tell whether no fact is altered."""
        return not self.wrong


def check(ports: Ports) -> CheckedFacts:
    """Recompute every fact's digest, decrypt its report, and name decisions whose facts are missing.

    Decisions older than the oldest fact still await the back-fill.
    """
    facts, wrong = 0, []
    decision, fact = tables.Decision, tables.DecisionFact
    with ports.database.reading() as db:
        oldest = select(func.min(fact.decided_at)).scalar_subquery()
        wanted = (
            select(decision, fact, tables.Attempt.verification_id)
            .join(tables.Attempt, tables.Attempt.id == decision.attempt_id)
            .outerjoin(fact, fact.challenge_id == decision.challenge_id)
            .where(decision.created_at >= oldest)
            .execution_options(yield_per=BATCH)
        )
        for some in db.execute(wanted).partitions(BATCH):
            committed = _committed(ports, db, {one.verification_id for one in some})
            for decided, row, _ in some:
                facts += row is not None
                part = _wrong(ports, decided, row) or _rewritten(row, committed)
                if part is not None:
                    wrong.append(WrongFact(decided.challenge_id, part))
    return CheckedFacts(facts, wrong)


def _committed(ports: Ports, db: Session, verification_ids: set[str]) -> dict[str, str]:
    """Return the digests committed to in the events' private parts, by challenge."""
    event, found = tables.Event, {}
    wanted = select(event).where(event.verification_id.in_(verification_ids), event.type.in_(DECIDING))
    for row in db.scalars(wanted.where(event.private.is_not(None))):
        try:
            place_of = f"event.private:{row.verification_id}:{row.seq}"
            private = json.loads(ports.vault.text(place_of, row.private or b""))
        except CannotOpen:
            continue
        if "fact" in private:
            found[str(private["challenge"])] = str(private["fact"])
    return found


def _rewritten(row: tables.DecisionFact | None, committed: Mapping[str, str]) -> str | None:
    """Return `event` for an intact fact that is not the one its event commits to."""
    if row is None or row.emptied_at is not None:
        return None
    return None if committed.get(row.challenge_id, row.mac) == row.mac else "event"


def _wrong(ports: Ports, decided: tables.Decision, row: tables.DecisionFact | None) -> str | None:
    """Return the altered part of a decision's facts, or None."""
    if row is None:
        return "missing"
    if row.mac != mac(ports, row, decided.report) or (row.outcome, row.reason) != (
        decided.outcome,
        decided.reason,
    ):
        return "row"
    if row.report is not None:
        try:
            ports.vault.open(place(row.challenge_id), row.report)
        except CannotOpen:
            return "report"
    return None
