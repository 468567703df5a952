"""Deletes objects that no row refers to, once a day: leftovers of processes that died in between."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.directory.gallery import WAITING
from api.ports import Ports
from models import tables
from models.domain.attempt import LIVE
from models.objects import StoreUnavailable

# A stored object gets its row at once, so younger objects are skipped.
AGE = timedelta(days=1)

log = structlog.get_logger()


def sweep(ports: Ports) -> int:
    """Delete unreferenced objects older than a day; return how many."""
    removed = 0
    try:
        for keys in ports.objects.older_than(ports.now() - AGE):
            with ports.database.reading() as db:
                kept = set(_wanted(db, keys))
            ports.objects.delete(orphans := [key for key in keys if key not in kept])
            removed += len(orphans)
    except StoreUnavailable as error:
        log.warning("orphans_put_off", kind=str(error))
    if removed:
        log.warning("orphans_removed", count=removed)
    return removed


def _wanted(db: Session, keys: list[str]) -> Iterator[str]:
    """Yield the keys that a row still needs, and all keys of unknown kinds."""
    kinds: dict[str, list[str]] = {}
    for key in keys:
        kinds.setdefault(key.partition("/")[0], []).append(key)
    yield from _references(db, kinds.pop("photos", []))
    yield from _frames(db, kinds.pop("frames", []))
    yield from _appeals(db, kinds.pop("appeals", []))
    yield from _codes(db, kinds.pop("codes", []))
    for others in kinds.values():
        yield from others


def _references(db: Session, keys: list[str]) -> Iterable[str]:
    """Return the photos in use, held, or kept after a renewal."""
    used, held = tables.Enrolment, tables.HeldPhoto
    kept = or_(used.revoked_at.is_(None), used.kept_until.is_not(None))
    yield from db.scalars(select(used.photo_key).where(used.photo_key.in_(keys), kept))
    # A held photo's key ends in its row's id.
    ids = {key.partition("/")[2] for key in keys}
    yield from db.scalars(select(held.photo_key).where(held.id.in_(ids), held.state.in_(WAITING)))


def _frames(db: Session, keys: list[str]) -> Iterable[str]:
    """Return the stored frames of these frames' tries."""
    row = tables.Frame
    tries = {key.split("/")[1] for key in keys if key.count("/") == 2}
    return filter(None, db.scalars(select(row.file_key).where(row.challenge_id.in_(tries))))


def _appeals(db: Session, keys: list[str]) -> Iterable[str]:
    """Return the photos of appeals under review."""
    ids = {key.split("/")[1] for key in keys if key.count("/") == 2}
    for kept in db.scalars(select(tables.Appeal.photo_keys).where(tables.Appeal.id.in_(ids))):
        yield from kept


def _codes(db: Session, keys: list[str]) -> Iterable[str]:
    """Return the images of codes that can still be scanned; that of 引导开通 belongs to no attempt."""
    row = tables.Attempt
    ids = {key.partition("/")[2] for key in keys}
    live = {f"codes/{one}" for one in db.scalars(select(row.id).where(row.id.in_(ids), row.state.in_(LIVE)))}
    yield from (key for key in keys if key in live or key.startswith("codes/subscribe-"))
