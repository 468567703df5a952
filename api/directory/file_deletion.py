"""Deletes unreferenced files from the object store, retrying until they are gone."""

from collections.abc import Iterable

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.objects import StoreUnavailable

BATCH = 500

log = structlog.get_logger()


def delete_later(ports: Ports, db: Session, keys: Iterable[str]) -> None:
    """Record, in the transaction that drops the last reference, the files to delete."""
    for key in keys:
        db.merge(tables.DoomedObject(key=key, at=ports.now()))


def delete_due(ports: Ports) -> None:
    """Delete the recorded files; what the store cannot delete now is retried by a later sweep."""
    row = tables.DoomedObject
    with ports.database.reading() as db:
        keys = list(db.scalars(select(row.key).order_by(row.at).limit(BATCH)))
    if not keys:
        return
    try:
        ports.objects.delete(keys)
    except StoreUnavailable as error:
        log.warning("removal_put_off", kind=str(error))
        return
    with ports.database.transaction() as db:
        db.execute(delete(row).where(row.key.in_(keys)))
