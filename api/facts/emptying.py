"""Deletes the scores in decisions and their facts."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.facts.writing import mac
from api.ports import Ports
from models import tables

SCORES_KEPT = timedelta(days=730)
BATCH = 200


def of_attempts(ports: Ports, db: Session, attempt_ids: Sequence[str]) -> None:
    """Empty the reports of these attempts' decisions and facts, and remove the compared persons."""
    decisions = select(tables.Decision).where(tables.Decision.attempt_id.in_(attempt_ids))
    _empty(ports, db, [row.challenge_id for row in db.scalars(decisions)])


def of_old(ports: Ports) -> None:
    """Empty what is older than the retention period of scores, in batches of one transaction each."""
    fact, emptied = tables.DecisionFact, BATCH
    old = select(fact.challenge_id).where(
        fact.emptied_at.is_(None), fact.decided_at < ports.now() - SCORES_KEPT
    )
    while emptied >= BATCH:
        with ports.database.transaction() as db:
            due = list(db.scalars(old.order_by(fact.decided_at).limit(BATCH)))
            _empty(ports, db, due)
            emptied = len(due)


def _empty(ports: Ports, db: Session, challenge_ids: Iterable[str]) -> None:
    for challenge_id in challenge_ids:
        decision = db.get_one(tables.Decision, challenge_id)
        decision.report, decision.person_id = None, None
        fact = db.get(tables.DecisionFact, challenge_id)
        if fact is not None:
            fact.report, fact.emptied_at = None, fact.emptied_at or ports.now()
            fact.mac = mac(ports, fact, None)
    db.flush()
