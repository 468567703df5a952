"""Bins in which measurements and waiting times are counted."""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

# Seconds.
WAITS = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0, 60.0, 120.0, 300.0)
# Measurements of a decision, by the names of models/domain/record/fact.py.
EDGES: Mapping[str, tuple[float, ...]] = {
    "score": tuple(round(-0.2 + 0.05 * n, 2) for n in range(25)),
    "pad": tuple(round(0.05 * n, 2) for n in range(1, 20)),
    "brightness": tuple(16.0 * n for n in range(1, 16)),
    "sharpness": tuple(2.0**n for n in range(2, 14)),
    "size": tuple(round(0.05 * n, 2) for n in range(1, 20)),
    "yaw": tuple(2.0 * n for n in range(1, 21)),
}


def place(edges: Sequence[float], value: float) -> int:
    """Return the bin of a value: bin n holds edges[n - 1] ≤ value < edges[n]; the outer bins are open."""
    return sum(edge <= value for edge in edges)


def is_number(value: float | None) -> bool:
    """Tell whether a value was measured and can be counted."""
    return value is not None and math.isfinite(value)


def middles(edges: Sequence[float]) -> list[float]:
    """Return a typical value of each bin; that of an outer bin is its edge."""
    return [edges[0], *((low + high) / 2 for low, high in pairwise(edges)), edges[-1]]


def quantile(counts: Sequence[int], edges: Sequence[float], share: float) -> float:
    """Return the upper edge of the bin that holds this share; inf for the last bin, NaN of nothing."""
    total = sum(counts)
    if not total:
        return math.nan
    reached = next(n for n, below in enumerate(accumulate(counts)) if below >= share * total)
    return edges[reached] if reached < len(edges) else math.inf
