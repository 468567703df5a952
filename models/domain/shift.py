"""Duty of staff: shifts by the institution's local clock, and counters."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
_FORM = re.compile(r"([a-z,-]+)\s+(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours on some days of the week; an end at or before the start is on the next day.

    `days` are those on which it begins (Monday is 0); the start is included, the end is not.
    """

    days: frozenset[int]
    start: timedelta
    end: timedelta

    @property
    def length(self) -> timedelta:
        """Return its duration, more than zero and at most a day."""
        return self.end - self.start if self.end > self.start else self.end - self.start + DAY

    def covers(self, at: datetime) -> bool:
        """Tell whether a local time lies within it."""
        since_midnight = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
        today, yesterday = at.weekday(), (at.weekday() - 1) % 7
        return (today in self.days and timedelta(0) <= since_midnight - self.start < self.length) or (
            yesterday in self.days and since_midnight + DAY - self.start < self.length
        )

    def __str__(self) -> str:
        days = ",".join(DAYS[day] for day in sorted(self.days))
        return f"{days} {_clock(self.start)}-{_clock(self.end)}"


def parse(text: str) -> Shift:
    """Return the shift of a text such as `mon-fri 08:00-17:30` or `fri,sat 22:00-06:00`.

    Raises Invalid `shift_invalid`.
    """
    found = _FORM.fullmatch(text.strip().lower())
    if found is None:
        raise _invalid()
    days, numbers = found.group(1), [int(number) for number in found.groups()[1:]]
    start, end = _time(*numbers[:2]), _time(*numbers[2:])
    if start == DAY:
        raise _invalid()
    return Shift(frozenset(day for part in days.split(",") for day in _days(part)), start, end)


def _days(part: str) -> list[int]:
    """Return the days of one part: a day, or a range that may wrap over Sunday."""
    first, _, last = part.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise _invalid()
    begin = DAYS.index(first)
    count = (DAYS.index(last or first) - begin) % 7
    return [(begin + step) % 7 for step in range(count + 1)]


def _time(hour: int, minute: int) -> timedelta:
    """Return the time since midnight; 24:00 is the end of the day."""
    time = timedelta(hours=hour, minutes=minute)
    if minute > 59 or time > DAY:
        raise _invalid()
    return time


def _clock(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _invalid() -> Invalid:
    return Invalid("a shift is written like mon-fri 08:00-17:30", code="shift_invalid")


@dataclass(frozen=True, slots=True)
class Duty:
    """What a member of staff may serve: no shifts mean always, no counters mean all."""

    shifts: tuple[Shift, ...] = ()
    counters: tuple[str, ...] = ()

    def allows(self, counter: str, at: datetime) -> bool:
        """Tell whether a counter may be served at a local time."""
        here = not self.counters or counter in self.counters
        return here and (not self.shifts or any(shift.covers(at) for shift in self.shifts))


def duty(shifts: Iterable[str] = (), counters: Iterable[str] = ()) -> Duty:
    """Return the duty of typed texts; raises Invalid `shift_invalid`."""
    return Duty(tuple(parse(text) for text in shifts), tuple(counter.strip() for counter in counters))
