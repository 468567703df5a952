"""Drift of measurements and outcomes: each model set against its own first days."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from api.ports import Ports
from api.watching import reading
from api.watching.measuring import MEASURES, OUTCOME, OUTCOMES
from models.domain.watching import bins, drift
from models.domain.watching.drift import Shift, Sums

# Days: read in all, most and least of a reference, and the present.
SPAN, REFERENCE, LEAST, NOW = 92, 28, 4, 7
# What a failure adds to a day's rate of failures.
FAILURES = tuple(float(one == "failed") for one in OUTCOMES)
Histogram = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drifted:
    """One measurement: its reference and present, their PSI, and CUSUM by day."""

    name: str
    reference: Histogram
    present: Histogram
    psi: float
    noise: float
    shift: Shift
    sums: Mapping[date, Sums]
    means: Mapping[date, float]
    since: date | None

    @property
    def alarmed(self) -> date | None:
        """Return the first day of the newest model set on which CUSUM exceeds its limit."""
        since = self.since
        return next((day for day, one in self.sums.items() if one.alarms and since and day >= since), None)


@dataclass(frozen=True, slots=True)
class Drift:
    """All measurements of the last days, the model set most used on each day, and where another begins."""

    measures: Sequence[Drifted]
    sets: Mapping[date, str]
    changes: Sequence[date]
    decided: Mapping[date, int]


def drifted(ports: Ports) -> Drift:
    """Return the drift of every measurement."""
    found = reading.days(ports, (OUTCOME, *MEASURES), SPAN)
    decided: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (day, series, _), counted in found[OUTCOME].items():
        decided[day][series] += counted
    sets = {day: max(sorted(by_set), key=lambda one: by_set[one]) for day, by_set in decided.items()}
    runs = [
        (name, [day for day, _ in some]) for name, some in groupby(sorted(sets.items()), lambda one: one[1])
    ]
    measures = [_one(name, found[name], runs) for name in (OUTCOME, *MEASURES)]
    changes = [days[0] for _, days in runs[1:]]
    return Drift(measures, sets, changes, {day: sum(by_set.values()) for day, by_set in decided.items()})


def values_of(name: str) -> Sequence[float]:
    """Return the value of each bin of a measurement; of outcomes, 1 for a failure."""
    return FAILURES if name == OUTCOME else bins.middles(bins.EDGES[name])


def _one(name: str, found: reading.Counts, runs: Sequence[tuple[str, list[date]]]) -> Drifted:
    values = values_of(name)
    sums: dict[date, Sums] = {}
    means: dict[date, float] = {}
    reference = present = (0,) * len(values)
    for model_set, days in runs:
        counted = [_histogram(found, day, model_set, len(values)) for day in days]
        first = counted[: min(REFERENCE, len(days) // 2)]
        reference, present = _summed(first, len(values)), _summed(counted[len(first) :][-NOW:], len(values))
        means |= {day: drift.mean(one, values) for day, one in zip(days, counted, strict=True)}
        sums |= dict(_sums(days, counted, first, values))
    told = drift.psi(reference, present), drift.noise(reference, present), drift.shift(reference, present)
    return Drifted(name, reference, present, *told, sums, means, runs[-1][1][0] if runs else None)


def _sums(
    days: Sequence[date], counted: Sequence[Histogram], first: Sequence[Histogram], values: Sequence[float]
) -> Iterator[tuple[date, Sums]]:
    """Yield CUSUM of the days after a model set's reference, if that is long enough."""
    if len(first) >= LEAST:
        after = days[len(first) :]
        yield from zip(
            after, drift.cusum(drift.standardised(counted[len(first) :], first, values)), strict=True
        )


def _histogram(found: reading.Counts, day: date, model_set: str, size: int) -> Histogram:
    return tuple(found.get((day, model_set, place), 0) for place in range(size))


def _summed(counted: Sequence[Histogram], size: int) -> Histogram:
    return tuple(map(sum, zip(*counted, strict=True))) if counted else (0,) * size
