"""Tallies of the event log, and how far it has been counted."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class EventTally(Base):
    """How many events of a type happened on a day at an institution, by channel and reason ("" for none)."""

    __tablename__ = "event_tally"
    day: Mapped[date] = mapped_column(primary_key=True)
    institution_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(24), primary_key=True)
    type: Mapped[str] = mapped_column(String(40), primary_key=True)
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    events: Mapped[int]


class TallyMark(Base):
    """The event up to which everything has been counted."""

    __tablename__ = "tally_mark"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    event_id: Mapped[int]
