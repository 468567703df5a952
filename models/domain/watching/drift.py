"""Tests of drift: the population stability index (PSI) and tabular CUSUM.

PSI: Siddiqi, Credit Risk Scorecards (2006); its distribution without drift: Yurdakul and Naranjo (2020).
CUSUM: Montgomery, Introduction to Statistical Quality Control, chapter 9; NIST/SEMATECH e-Handbook 6.3.2.3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# PSI's usual limits.
MODERATE, LARGE = 0.1, 0.25
# Standard normal quantile of one false alarm in a thousand.
SURE = 3.09
# CUSUM: half the shift to be detected, and the limit, in standard deviations. Without drift an alarm is
# raised once in about 232 days, counting both directions.
SLACK, LIMIT = 0.5, 5.0


class Shift(StrEnum):
    """Verdict on a distribution."""

    NONE = "none"
    MODERATE = "moderate"
    LARGE = "large"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Sums:
    """CUSUM after one value: accumulated rise and fall, in standard deviations."""

    high: float
    low: float

    @property
    def alarms(self) -> bool:
        """Tell whether either sum exceeds the limit."""
        return max(self.high, self.low) > LIMIT


def psi(reference: Sequence[int], current: Sequence[int]) -> float:
    """Return the PSI of two histograms; half a count is added to every bin that either uses."""
    used = [(old, new) for old, new in zip(reference, current, strict=True) if old or new]
    was, now = sum(old + 0.5 for old, _ in used), sum(new + 0.5 for _, new in used)
    shares = (((old + 0.5) / was, (new + 0.5) / now) for old, new in used)
    return sum((new - old) * math.log(new / old) for old, new in shares)


def noise(reference: Sequence[int], current: Sequence[int]) -> float:
    """Return the PSI that samples of these sizes exceed once in a thousand times without drift."""
    free = sum(bool(old or new) for old, new in zip(reference, current, strict=True)) - 1
    was, now = sum(reference), sum(current)
    if free < 1 or not was or not now:
        return math.inf
    # Wilson and Hilferty's approximation of a chi-square quantile.
    part = 2 / (9 * free)
    return free * (1 - part + SURE * math.sqrt(part)) ** 3 * (1 / was + 1 / now)


def shift(reference: Sequence[int], current: Sequence[int], least: int = 50) -> Shift:
    """Return the verdict on two histograms; differences that chance explains are none."""
    if min(sum(reference), sum(current)) < least:
        return Shift.TOO_FEW
    found = psi(reference, current)
    if found < MODERATE or found <= noise(reference, current):
        return Shift.NONE
    return Shift.LARGE if found >= LARGE else Shift.MODERATE


def cusum(values: Sequence[float], slack: float = SLACK) -> list[Sums]:
    """Return the sums after each standardised value."""
    found, high, low = list[Sums](), 0.0, 0.0
    for value in values:
        high, low = max(0.0, high + value - slack), max(0.0, low - value - slack)
        found.append(Sums(high, low))
    return found


def mean(counts: Sequence[int], values: Sequence[float]) -> float:
    """Return the mean of binned values; NaN of nothing."""
    total = sum(counts)
    return sum(n * value for n, value in zip(counts, values, strict=True)) / total if total else math.nan


def spread(counts: Sequence[int], values: Sequence[float]) -> float:
    """Return the standard deviation of binned values; NaN of nothing."""
    middle = mean(counts, values)
    return math.sqrt(mean(counts, [(value - middle) ** 2 for value in values]))


def standardised(
    days: Sequence[Sequence[int]], reference: Sequence[Sequence[int]], values: Sequence[float]
) -> list[float]:
    """Return each day's mean in standard deviations of a day's mean from the reference days'.

    That deviation is what the number of decisions explains, or the reference days' own where that is larger;
    a day without decisions is 0.
    """
    summed = [sum(bin_of) for bin_of in zip(*reference, strict=True)]
    middle, wide = mean(summed, values), spread(summed, values)
    known = [mean(day, values) for day in reference if any(day)]
    between = math.sqrt(sum((one - middle) ** 2 for one in known) / max(1, len(known) - 1))
    found = []
    for day in days:
        usual = max(between, wide / math.sqrt(max(1, sum(day))), 1e-9)
        found.append((mean(day, values) - middle) / usual if any(day) else 0.0)
    return found
