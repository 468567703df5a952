"""Counts guesses by who guesses and by target, per day."""

from typing import Any

from sqlalchemy import ScalarSelect, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.errors import TooMany
from models.domain.identity.guess import MISSES_A_DAY, GuessKind


def _one_more(insert: Any) -> Any:
    """Return the statement that counts one guess, in the dialect of this `insert`."""
    row = tables.GuessTally
    first = insert(row).values(
        kind=bindparam("of", type_=row.kind.type),
        subject=bindparam("by"),
        day=bindparam("on"),
        asked=1,
        missed=0,
    )
    again = first.on_conflict_do_update(
        index_elements=[row.kind, row.subject, row.day], set_={"asked": row.asked + 1}
    )
    return select(row).from_statement(again.returning(row))


# Built once, because every purchase counts one guess.
_ONE_MORE = {"postgresql": _one_more(postgresql.insert), "sqlite": _one_more(sqlite.insert)}


def tally(ports: Ports, db: Session, kind: GuessKind, subject: str) -> tables.GuessTally:
    """Count one guess and return the subject's tally of today, locked; the day's first guess creates it.

    Two concurrent first guesses create one row.
    """
    counted = _ONE_MORE[db.get_bind().dialect.name]
    asked = {"of": kind, "by": subject, "on": ports.today()}
    row: tables.GuessTally = db.scalars(counted, asked, execution_options={"populate_existing": True}).one()
    return row


def misses_of(kind: GuessKind) -> ScalarSelect[int]:
    """Return the subquery of the wrong guesses of `subject` on `day`, null where there is none."""
    row = tables.GuessTally
    key = (row.kind == kind, row.subject == bindparam("subject"), row.day == bindparam("day"))
    return select(row.missed).where(*key).scalar_subquery()


def guessed(ports: Ports, db: Session, kind: GuessKind, subject: str) -> tables.GuessTally:
    """Count one guess and return its locked tally, or raise TooMany after too many wrong ones."""
    row = tally(ports, db, kind, subject)
    within_misses(kind, row.missed)
    return row


def within_misses(kind: GuessKind, missed: int) -> None:
    """Raise TooMany after too many wrong guesses of a day."""
    most, code = MISSES_A_DAY[kind]
    if missed >= most:
        raise TooMany("too many wrong guesses today", code=code)
