"""Who must not decide about somebody: the person, their family, and staff of the institution concerned."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import tables
from models.domain.errors import Forbidden


def require(db: Session, operator_id: str, persons: Iterable[str], institution_id: str | None = None) -> None:
    """Raise Forbidden `not_impartial` where an account's owner is one of them, their family, or its staff."""
    index = _index_of(db, operator_id)
    if index is not None and (_circle(db, index) & set(persons) or _serves(db, index, institution_id)):
        raise Forbidden("nobody decides about their family or their shop", code="not_impartial")


def require_for_import(db: Session, operator_id: str, import_id: str) -> None:
    """Raise Forbidden `not_impartial` where an import holds a photo of an account's owner or their family."""
    index = _index_of(db, operator_id)
    held = tables.HeldPhoto
    theirs = _circle(db, index) if index is not None else set()
    mine = select(held.id).where(held.import_id == import_id, held.person_id.in_(theirs))
    if theirs and db.scalar(mine.limit(1)):
        raise Forbidden("nobody decides about a photo of their family", code="not_impartial")


def _index_of(db: Session, operator_id: str) -> str | None:
    return db.scalar(select(tables.Operator.id_index).where(tables.Operator.id == operator_id))


def _circle(db: Session, index: str) -> set[str]:
    """Return the person of a document's blind index and their family, as recorded from either side."""
    link = tables.FamilyLink
    person_id = db.scalar(select(tables.Person.id).where(tables.Person.id_index == index))
    if person_id is None:
        return set()
    links = select(link.person_id, link.relative_id)
    found = db.execute(links.where(or_(link.person_id == person_id, link.relative_id == person_id)))
    return {person_id, *(one for pair in found for one in pair)}


def _serves(db: Session, index: str, institution_id: str | None) -> bool:
    staff = tables.Staff
    here = select(staff.id).where(staff.institution_id == institution_id, staff.id_index == index)
    return institution_id is not None and db.scalar(here.limit(1)) is not None
