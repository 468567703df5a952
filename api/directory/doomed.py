"""Photos that nothing refers to any more, removed until they are gone, whatever comes between."""

from collections.abc import Iterable

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.objects import StoreUnavailable

BATCH = 500

log = structlog.get_logger()


def doom(ports: Ports, db: Session, keys: Iterable[str]) -> None:
    """Write down, in the transaction that drops the last reference to them, what is to be removed."""
    for key in keys:
        db.merge(tables.DoomedObject(key=key, at=ports.now()))


def remove(ports: Ports) -> None:
    """Remove what is written down; what the store does not remove now is removed by a later sweep."""
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
