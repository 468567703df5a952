"""Rows of the purchases that a verdict names, for whoever looks for the cause after the run."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import create_engine, or_, select
from sqlalchemy.orm import Session

from models import tables
from scripts.lab.faults.oracle import Verdict
from scripts.stack.stack import Stack

MOST = 20


def evidence(stack: Stack, verdict: Verdict) -> list[dict[str, Any]]:
    """Return the events, attempts and deliveries of the purchases that a verdict names, at most 20."""
    engine = create_engine(stack.database_url)
    try:
        with Session(engine) as db:
            return rows(db, verdict)
    finally:
        engine.dispose()


def rows(db: Session, verdict: Verdict) -> list[dict[str, Any]]:
    """Return the same from an open session."""
    named = [word for found in verdict.named().values() for line in found for word in line.split()]
    return [_told(db, one) for one in _verifications(db, named)] if named else []


def _verifications(db: Session, named: Collection[str]) -> list[tables.Verification]:
    """Return the verifications whose id, order number or attempt's id is among the words."""
    row, attempt = tables.Verification, tables.Attempt
    of_attempts = select(attempt.verification_id).where(attempt.id.in_(named))
    wanted = select(row).where(or_(row.id.in_(named), row.order_no.in_(named), row.id.in_(of_attempts)))
    return list(db.scalars(wanted.limit(MOST)))


def _told(db: Session, verification: tables.Verification) -> dict[str, Any]:
    event, attempt, delivery = tables.Event, tables.Attempt, tables.Delivery
    events = db.scalars(select(event).where(event.verification_id == verification.id).order_by(event.seq))
    attempts = db.scalars(select(attempt).where(attempt.verification_id == verification.id))
    deliveries = db.scalars(select(delivery).where(delivery.verification_id == verification.id))
    return {
        "verification": verification.id,
        "order_no": verification.order_no,
        "state": str(verification.state),
        "events": [f"{one.created_at} {one.seq} {one.type}" for one in events],
        "attempts": [f"{one.id} {one.state} until {one.expires_at}" for one in attempts],
        "deliveries": [
            f"{one.created_at} {one.kind} {one.state} {one.tries} tries, next {one.next_at} {one.error or ''}"
            for one in deliveries
        ],
    }
