"""Tallies of the event log, and how far it has been counted."""

from datetime import date

from sqlalchemy import BigInteger, String
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


class DayTally(Base):
    """How much was counted on a day in the whole installation, sandboxes left out.

    `measure` is what was counted, `series` its kind (for a measurement its model set), `bin` that of
    models/domain/watching/bins.py, 0 where there are none.
    """

    __tablename__ = "day_tally"
    day: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(String(16), primary_key=True)
    series: Mapped[str] = mapped_column(String(104), primary_key=True)
    bin: Mapped[int] = mapped_column(primary_key=True)
    counted: Mapped[int]


class GroupTally(Base):
    """Decisions of a week on one device model or at one institution, by model set.

    `about` is device or shop. Of each measurement: how many were made, and their sum in ten-thousandths.
    """

    __tablename__ = "group_tally"
    week: Mapped[date] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    model_set: Mapped[str] = mapped_column(String(16), primary_key=True)
    decided: Mapped[int]
    passed: Mapped[int]
    not_live: Mapped[int]
    not_acquired: Mapped[int]
    score_n: Mapped[int]
    score_sum: Mapped[int] = mapped_column(BigInteger)
    pad_n: Mapped[int]
    pad_sum: Mapped[int] = mapped_column(BigInteger)
    brightness_n: Mapped[int]
    brightness_sum: Mapped[int] = mapped_column(BigInteger)
    sharpness_n: Mapped[int]
    sharpness_sum: Mapped[int] = mapped_column(BigInteger)
    size_n: Mapped[int]
    size_sum: Mapped[int] = mapped_column(BigInteger)
    yaw_n: Mapped[int]
    yaw_sum: Mapped[int] = mapped_column(BigInteger)
