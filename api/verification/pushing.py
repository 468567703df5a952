"""Limits how often a till's program may push to one person."""

from math import ceil

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain.attempt import Channel
from models.domain.errors import TooMany
from models.domain.resending import RESEND_AFTER, UNANSWERED


def limit_pushes(ports: Ports, db: Session, person_id: str) -> None:
    """Raise TooMany if a push by any till reached this person in the last 30 s without consent.

    Locks the person, so that of two concurrent pushes one counts the other.
    """
    hold(db, f"pushes to {person_id}")
    row, since = tables.Attempt, ports.now() - RESEND_AFTER
    recent = row.person_id == person_id, row.channel == Channel.PUSH, row.created_at > since
    # An attempt that was consented to counts as answered, even if it then timed out or was superseded.
    answered = exists().where(tables.Consent.attempt_id == row.id, tables.Consent.granted)
    unanswered = row.state.in_(UNANSWERED), ~answered
    last = db.scalar(select(func.max(row.created_at)).where(*recent, *unanswered))
    if last is not None:
        refusal = TooMany("this person was sent a message a moment ago; please wait")
        refusal.after = ceil((last - since).total_seconds())
        raise refusal
