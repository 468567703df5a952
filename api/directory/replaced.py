"""References that a renewal replaces: kept sealed and out of use, put back, or deleted."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.directory import file_deletion, templates
from api.directory.comparison import in_use
from api.directory.gallery import opened
from api.directory.references import PHOTOS_KEPT, revoke, use
from api.ports import Ports
from matcher.types import Template
from models import tables


def replace(ports: Ports, db: Session, held: tables.HeldPhoto, keep_until: datetime) -> tuple[str, list[str]]:
    """Make a held photo the reference in place of all that are older; return its id and theirs.

    The replaced ones keep photo and templates until `keep_until`, but nothing compares with them.
    """
    older = [one for one in in_use(db, held.person_id) if one.created_at <= held.created_at]
    for one in older:
        one.revoked_at, one.kept_until = ports.now(), keep_until
    db.flush()
    file_deletion.delete_later(ports, db, use(ports, db, held))
    db.flush()
    made = select(tables.Enrolment.id).where(tables.Enrolment.photo_key == held.photo_key)
    new_id = db.scalars(made.where(tables.Enrolment.revoked_at.is_(None))).one()
    db.delete(held)
    return new_id, [one.id for one in older]


def kept(db: Session, ids: Collection[str]) -> Sequence[tables.Enrolment]:
    """Return those of the replaced references that are still kept, newest first."""
    row = tables.Enrolment
    mine = select(row).where(row.id.in_(ids), row.kept_until.is_not(None))
    return db.scalars(mine.order_by(row.created_at.desc(), row.id)).all()


def put_back(
    ports: Ports,
    db: Session,
    rows: Sequence[tables.Enrolment],
    fresh: Mapping[str, Sequence[Template]],
) -> None:
    """Use replaced references again; photos that are then beyond the number kept are deleted.

    Each becomes a new row, so that every process that compares photos notices it. `fresh` has the templates
    of those that lack the model set in force.
    """
    for row in reversed(rows):
        again = tables.Enrolment(
            id=ports.new_id("enr"),
            person_id=row.person_id,
            photo_key=row.photo_key,
            photo_sha256=row.photo_sha256,
            created_at=ports.now(),
        )
        templates.store(ports, db, again, fresh.get(row.id) or opened(ports, row).templates)
    _forget(db, rows)
    for person_id in {row.person_id for row in rows}:
        surplus = in_use(db, person_id)[PHOTOS_KEPT:]
        file_deletion.delete_later(ports, db, revoke(ports, db, surplus))


def drop(db: Session, ids: Collection[str]) -> list[str]:
    """Delete the templates of replaced references; return the keys of their photos, for deletion."""
    rows = kept(db, ids)
    _forget(db, rows)
    return [row.photo_key for row in rows]


def _forget(db: Session, rows: Sequence[tables.Enrolment]) -> None:
    for row in rows:
        row.kept_until = None
    templates.empty(db, rows)
