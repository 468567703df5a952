"""Leases for chores that one worker does for the whole cluster."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from api.jobs.due import Chore
from api.ports import Ports
from models import tables

# Less than the minute between two rounds, so that a dead worker is replaced in the next one.
ONCE_A_CLUSTER = {
    Chore.RETENTION: timedelta(seconds=55),
    Chore.ANCHOR: timedelta(seconds=55),
    Chore.FACTS: timedelta(seconds=55),
    Chore.OPTIMIZE: timedelta(hours=1),
    Chore.ORPHANS: timedelta(days=1),
    Chore.ABUSE: timedelta(hours=1),
    Chore.TALLIES: timedelta(seconds=55),
    Chore.ARCHIVE: timedelta(seconds=55),
}


def taken(ports: Ports, chore: Chore) -> bool:
    """Tell whether this worker has obtained the chore's lease."""
    lease = ONCE_A_CLUSTER.get(chore)
    if lease is None:
        return True
    now, row = ports.now(), tables.ChoreLease
    with ports.database.transaction() as db:
        dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
        first = dialect.insert(row).values(name=chore, until=now).on_conflict_do_nothing()
        db.execute(first)
        free = row.name == chore, row.until <= now
        taken_now = db.execute(update(row).where(*free).values(until=now + lease).returning(row.name))
        return taken_now.first() is not None
