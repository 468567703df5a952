"""Writes the facts of decisions that were made before facts existed."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.facts import writing
from api.facts.writing import Decided
from api.ports import Ports
from models import tables
from models.vault import CannotOpen

BATCH = 200


def fill(ports: Ports, batches: int = 10) -> int:
    """Write the facts of the newest decisions without any, newest first; return how many.

    Decisions after the oldest fact all have theirs, so that a run reads only its own batches.
    """
    written = 0
    for _ in range(batches):
        with ports.database.transaction() as db:
            some = _without(db)
            for decided in some:
                writing.write(ports, db, decided, _report(ports, decided.decision))
        written += len(some)
        if len(some) < BATCH:
            break
    return written


def _without(db: Session) -> list[Decided]:
    """Return some decisions at or before the oldest fact that have no facts."""
    decision, fact, attempt = tables.Decision, tables.DecisionFact, tables.Attempt
    oldest = db.scalar(select(func.min(fact.decided_at)))
    wanted = (
        select(decision, tables.Challenge, attempt, tables.Verification, tables.Institution)
        .join(tables.Challenge, tables.Challenge.id == decision.challenge_id)
        .join(attempt, attempt.id == decision.attempt_id)
        .join(tables.Verification, tables.Verification.id == attempt.verification_id)
        .join(tables.Institution, tables.Institution.id == tables.Verification.institution_id)
        .outerjoin(fact, fact.challenge_id == decision.challenge_id)
        .where(fact.challenge_id.is_(None))
    )
    if oldest is not None:
        wanted = wanted.where(decision.created_at <= oldest)
    return [Decided(*row) for row in db.execute(wanted.order_by(decision.created_at.desc()).limit(BATCH))]


def _report(ports: Ports, decision: tables.Decision) -> Mapping[str, object] | None:
    """Return the stored report; None for one that cannot be decrypted, which the audit names."""
    try:
        return writing.report_of(ports, decision)
    except (CannotOpen, ValueError):
        return None
