"""Adds counts to tallies, one upsert each, on either engine."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import tables
from models.base import Base

# Day, measure, series and bin.
Key = tuple[date, str, str, int]
DAY = ("day", "measure", "series", "bin", "counted")


def add(db: Session, row: type[Base], counts: Iterable[Mapping[str, Any]]) -> None:
    """Add these counts to the tallies of a table with the same key, creating missing ones."""
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    table: Any = row.__table__
    keys = [column.name for column in table.primary_key]
    statement = dialect.insert(row)
    statement = statement.on_conflict_do_update(
        index_elements=keys,
        set_={
            column.name: column + statement.excluded[column.name]
            for column in table.columns
            if column.name not in keys
        },
    )
    given = list(counts)
    if given:
        db.connection().execute(statement, given)


def add_days(db: Session, found: Counter[Key]) -> None:
    """Add counts to the tallies by day."""
    add(db, tables.DayTally, [dict(zip(DAY, (*key, n), strict=True)) for key, n in sorted(found.items())])


def mark(db: Session, name: str) -> tables.TallyMark:
    """Return a watermark, 0 where nothing has been counted."""
    found = db.get(tables.TallyMark, name)
    if found is None:
        found = tables.TallyMark(name=name, event_id=0)
        db.add(found)
    return found


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
