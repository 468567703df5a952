"""Compares this machine's clock with the database's or the workers'."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import tables

APART = timedelta(seconds=2)


def database_clock(db: Session) -> datetime | None:
    """Return the database server's time, or None on SQLite, which has no clock of its own."""
    if db.get_bind().dialect.name != "postgresql":
        return None
    return db.scalar(select(func.clock_timestamp()))


def newest_beat(db: Session) -> datetime | None:
    """Return when a worker last finished a sweep, by that worker's clock."""
    return db.scalar(select(func.max(tables.WorkerBeat.at)))
