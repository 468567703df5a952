"""What a page of watching shows: charts, each with its table, and how they are written."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from api.console.charts import Axis

SHARE = Axis(
    0.0,
    1.0,
    (0.0, 0.25, 0.5, 0.75, 1.0),
    labels={0.0: "0", 0.25: "25%", 0.5: "50%", 0.75: "75%", 1.0: "100%"},
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: caption, column titles, rows, and the columns that hold words instead of numbers."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    words: int = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: what it is for, and its charts and tables."""

    hint: str
    tables: Sequence[Table]
    charts: Sequence[object] = ()
    warnings: Sequence[str] = ()


def share(value: float, of: float) -> float | None:
    """Return a share, None of nothing."""
    return value / of if of else None


def percentage(value: float | None) -> str:
    """Return a share as a percentage with one decimal place, — where unknown."""
    return "—" if value is None or math.isnan(value) else f"{value * 100:.1f}%"


def number(value: float | None, digits: int = 2) -> str:
    """Return a number with so many decimal places, — where unknown."""
    return "—" if value is None or not math.isfinite(value) else f"{value:.{digits}f}"


def days_axis(days: Sequence[date]) -> Axis:
    """Return an axis of days, at most seven of them labelled."""
    if not days:
        return Axis(0.0, 1.0, ())
    first, last = days[0].toordinal(), max(days[-1].toordinal(), days[0].toordinal() + 1)
    step = max(1, -(-(last - first) // 6))
    ticks = [float(one) for one in range(first, last + 1, step)]
    return Axis(first, last, ticks, labels={one: f"{date.fromordinal(int(one)):%m-%d}" for one in ticks})


def numbers_axis(low: float, high: float, digits: int = 2) -> Axis:
    """Return an axis with five labelled values."""
    high = high if high > low else low + 1.0
    ticks = [low + (high - low) * part / 4 for part in range(5)]
    return Axis(low, high, ticks, labels={one: f"{one:.{digits}f}" for one in ticks})


def named(values: Mapping[str, str], name: str) -> str:
    """Return a name, or what stands for none."""
    return values.get(name, name) or "不详"
