"""Counting guesses at secret digits, by who guesses and at whom."""

from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.errors import TooMany


def tally(ports: Ports, db: Session, guess: tuple[str, str], most: int) -> tables.Lookup:
    """Return today's count of guesses at a kind of code by somebody or at somebody.

    Raises TooMany `till_code_locked` or `staff_code_locked`, by the kind.
    """
    kind, whose = guess
    row = db.get(tables.Lookup, (kind, whose, ports.today()), with_for_update=True)
    if row is None:
        row = tables.Lookup(institution_id=kind, counter=whose, day=ports.today(), asked=0, missed=0)
        db.add(row)
    if row.missed >= most:
        raise TooMany("too many wrong codes today", code=f"{kind}_locked")
    row.asked += 1
    return row
