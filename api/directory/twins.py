"""Twins: pairs of persons whose similarity a named operator has confirmed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import tables
from models.domain.identity.held import HeldState


def twins(db: Session, person_id: str) -> set[str]:
    """Return the persons confirmed to look like this person."""
    held = tables.HeldPhoto
    confirmed = select(held.person_id, held.other_ids).where(
        held.twins.is_(True), held.state == HeldState.ACCEPTED
    )
    found: set[str] = set()
    for one, others in db.execute(confirmed):
        if person_id in (one, *others):
            found |= {one, *others}
    return found - {person_id}
