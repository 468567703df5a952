"""How often a till's program may push to one person."""

from math import ceil

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain.attempt import Channel
from models.domain.errors import TooMany
from models.domain.resending import RESEND_AFTER, UNANSWERED


def leave_in_peace(ports: Ports, db: Session, person_id: str) -> None:
    """Raise TooMany where a message went to this person in the last 30 s, at any till, and nobody consented.

    Keeps the person locked, so that of two pushes at once one is counted by the other.
    """
    hold(db, f"pushes to {person_id}")
    row, since = tables.Attempt, ports.now() - RESEND_AFTER
    recent = row.person_id == person_id, row.channel == Channel.PUSH, row.created_at > since
    # One that was consented to and then timed out or made way for another has been answered.
    answered = exists().where(tables.Consent.attempt_id == row.id, tables.Consent.granted)
    unanswered = row.state.in_(UNANSWERED), ~answered
    last = db.scalar(select(func.max(row.created_at)).where(*recent, *unanswered))
    if last is not None:
        refusal = TooMany("this person was sent a message a moment ago; please wait")
        refusal.after = ceil((last - since).total_seconds())
        raise refusal
