"""Reads tallies of a period: histograms by day and series, and groups of decisions by week."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from api.ports import Ports
from api.watching.measuring import COLUMNS
from models import tables

# Most devices or institutions of a page, those with most decisions.
MOST = 500
Counts = Mapping[tuple[date, str, int], int]


def days(ports: Ports, measures: Sequence[str], period: int) -> dict[str, Counts]:
    """Return the counts of these measures in the last days, by day, series and bin."""
    row = tables.DayTally
    wanted = select(row.day, row.measure, row.series, row.bin, row.counted).where(
        row.day > ports.today() - timedelta(days=period), row.measure.in_(measures)
    )
    found: dict[str, dict[tuple[date, str, int], int]] = {name: {} for name in measures}
    with ports.database.reading() as db:
        for day, measure, series, bin_of, counted in db.execute(wanted.order_by(row.day)):
            found[measure][day, series, bin_of] = counted
    return dict(found)


def by_series(found: Counts, size: int) -> dict[str, list[int]]:
    """Return one histogram of this many bins for each series."""
    summed: dict[str, list[int]] = defaultdict(lambda: [0] * size)
    for (_, series, bin_of), counted in found.items():
        summed[series][bin_of] += counted
    return dict(summed)


@dataclass(frozen=True, slots=True)
class Group:
    """Decisions on a device or at an institution: the sums of models/tables/tally.py, by their names."""

    name: str
    sums: Mapping[str, int]

    @property
    def decided(self) -> int:
        """Return the number of decisions."""
        return self.sums["decided"]

    def share(self, name: str) -> float:
        """Return the share of the decisions that passed, were not live or not acquired."""
        return self.sums[name] / max(1, self.decided)

    def mean(self, name: str) -> float | None:
        """Return the mean of a measurement, None where it was never made."""
        measured = self.sums[f"{name}_n"]
        return self.sums[f"{name}_sum"] / measured / 10_000 if measured else None


def groups(ports: Ports, about: str, period: int) -> list[Group]:
    """Return the devices or shops with most decisions in the weeks of a period."""
    row = tables.GroupTally
    summed = [func.sum(getattr(row, name)) for name in COLUMNS]
    wanted = (
        select(row.name, *summed)
        .where(row.week > ports.today() - timedelta(days=period + 7), row.about == about)
        .group_by(row.name)
        .order_by(func.sum(row.decided).desc(), row.name)
        .limit(MOST)
    )
    with ports.database.reading() as db:
        return [
            Group(name, dict(zip(COLUMNS, map(int, sums), strict=True))) for name, *sums in db.execute(wanted)
        ]


def weekly(ports: Ports, about: str, period: int, names: Sequence[str]) -> dict[str, dict[date, Group]]:
    """Return the weeks of some devices or shops."""
    row = tables.GroupTally
    wanted = (
        select(row.name, row.week, *(func.sum(getattr(row, one)) for one in COLUMNS))
        .where(row.week > ports.today() - timedelta(days=period + 7), row.about == about, row.name.in_(names))
        .group_by(row.name, row.week)
        .order_by(row.week)
    )
    found: dict[str, dict[date, Group]] = {name: {} for name in names}
    with ports.database.reading() as db:
        for name, week, *sums in db.execute(wanted):
            found[name][week] = Group(name, dict(zip(COLUMNS, map(int, sums), strict=True)))
    return found
