"""Deletes a person's held photos; imports no engine, so that web processes may use it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.directory.gallery import WAITING
from api.ports import Ports
from models import tables
from models.domain.identity.held import HeldState


def forget_held(ports: Ports, db: Session, person_id: str) -> list[str]:
    """Delete the held photos of a person who withdraws; return the keys of the files to delete."""
    held = tables.HeldPhoto
    waiting = list(db.scalars(select(held).where(held.person_id == person_id, held.state.in_(WAITING))))
    for row in waiting:
        row.state, row.templates, row.decided_at = HeldState.REFUSED, b"", ports.now()
    return [row.photo_key for row in waiting]
