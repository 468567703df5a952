"""Error rates averaged over persons, so that each person has equal weight."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from scripts.lab.evaluate.captures import Judged

RESAMPLES = 1000
# Smaller groups are not reported.
Wrong = Callable[[Judged], bool]


def shares(rows: Sequence[Judged], wrong: Wrong) -> dict[str, float]:
    """Return each person's error rate."""
    found: dict[str, list[bool]] = {}
    for row in rows:
        found.setdefault(row.presentation.person, []).append(wrong(row))
    return {person: float(np.mean(some)) for person, some in found.items()}


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean over persons (bootstrap by person, Efron 1979)."""
    if not values:
        return 0.0, 1.0
    numbers, given = np.random.default_rng(0), np.asarray(values)
    means = numbers.choice(given, (RESAMPLES, len(given))).mean(axis=1)
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def rate(rows: Sequence[Judged], name: str, wrong: Wrong) -> dict[str, Any]:
    """Return the numbers of persons and presentations, and the mean error rate over persons."""
    found = shares(rows, wrong)
    low, high = interval(list(found.values()))
    mean = float(np.mean(list(found.values()))) if found else None
    return {"persons": len(found), "n": len(rows), name: mean, "low95": low, "high95": high}


def by_group(rows: Sequence[Judged], name: str, wrong: Wrong) -> Mapping[str, dict[str, Any]]:
    """Return the error rates of each group of persons."""
    groups = sorted({group for row in rows for group in row.presentation.groups})
    return {
        group: rate([row for row in rows if group in row.presentation.groups], name, wrong)
        for group in groups
    }
