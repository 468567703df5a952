"""Re-encrypts photos that were stored before persons had keys of their own, person by person."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Select, or_, select

from api.directory import photos
from api.directory.gallery import WAITING
from api.ports import Ports
from models import tables
from models.vault import CannotOpen

BATCH = 100


def reseal(ports: Ports, note: Callable[[str, int], None]) -> list[str]:
    """Re-encrypt every photo older than its person's key; return one entry for each that cannot be opened.

    Idempotent and restartable: a finished person is not read again.
    """
    done, last, failed = 0, "", list[str]()
    while True:
        with ports.database.reading() as db:
            some = db.scalars(_persons(last)).all()
        for person_id in some:
            try:
                done += _person(ports, person_id)
            except CannotOpen:
                failed.append("photo")
        if not some:
            break
        last = some[-1]
    note("photos under a person's key", done)
    return failed


def _persons(last: str) -> Select[str]:
    """Select the next persons who have a photo in use, kept or waiting that is older than their key."""
    key, used, held = tables.PersonKey, tables.Enrolment, tables.HeldPhoto
    of = tables.Person.id
    older = [
        select(row.id)
        .outerjoin(key, key.person_id == row.person_id)
        .where(row.person_id == of, live, or_(key.created_at.is_(None), row.created_at < key.created_at))
        .exists()
        for row, live in ((used, _stored()), (held, held.state.in_(WAITING)))
    ]
    return select(of).where(of > last, or_(*older)).order_by(of).limit(BATCH)


def _stored() -> ColumnElement[bool]:
    """Return the condition that a reference's photo is stored: in use, or kept after a renewal."""
    return or_(tables.Enrolment.revoked_at.is_(None), tables.Enrolment.kept_until.is_not(None))


def _person(ports: Ports, person_id: str) -> int:
    """Re-encrypt a person's photos; return how many that was needed for.

    Their rows stay locked meanwhile, so that a deletion comes before all of it or after.
    """
    used, held = tables.Enrolment, tables.HeldPhoto
    with ports.database.transaction() as db:
        rows: list[tables.Enrolment | tables.HeldPhoto] = []
        for table, live in ((used, _stored()), (held, held.state.in_(WAITING))):
            wanted = select(table).where(table.person_id == person_id, live).with_for_update()
            rows += db.scalars(wanted, execution_options={"populate_existing": True})
        if not rows:
            return 0
        secret = photos.key_of(ports, db, person_id)
        done = sum(photos.take_over(ports, person_id, secret, row.photo_key) for row in rows)
        row = db.get_one(tables.PersonKey, person_id)
        row.created_at = min(row.created_at, *(one.created_at for one in rows))
        return done
