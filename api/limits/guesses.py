"""Counting guesses, by who guesses and at whom."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.errors import TooMany
from models.domain.identity.guess import MISSES_A_DAY, GuessKind


def tally(ports: Ports, db: Session, kind: GuessKind, subject: str) -> tables.GuessTally:
    """Return the subject's tally of today, locked; the first guess of a day makes it.

    Two first guesses at once make one row.
    """
    key = {"kind": kind, "subject": subject, "day": ports.today()}
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    first = dialect.insert(tables.GuessTally).values(**key, asked=0, missed=0)
    db.execute(first.on_conflict_do_nothing())
    return db.get_one(tables.GuessTally, tuple(key.values()), with_for_update=True, populate_existing=True)


def within_misses(ports: Ports, db: Session, kind: GuessKind, subject: str) -> None:
    """Raise TooMany after too many wrong guesses of today, without a lock."""
    row = db.get(tables.GuessTally, (kind, subject, ports.today()))
    _check(kind, row.missed if row else 0)


def guessed(ports: Ports, db: Session, kind: GuessKind, subject: str) -> tables.GuessTally:
    """Count one guess and return its tally, locked, or raise TooMany after too many wrong ones."""
    row = tally(ports, db, kind, subject)
    _check(kind, row.missed)
    row.asked += 1
    return row


def _check(kind: GuessKind, missed: int) -> None:
    most, code = MISSES_A_DAY[kind]
    if missed >= most:
        raise TooMany("too many wrong guesses today", code=code)
