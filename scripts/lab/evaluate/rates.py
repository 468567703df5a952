"""Error rates and their confidence bounds (ISO/IEC 19795-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HEADER = ("threshold", "fmr", "fmr_low", "fmr_high", "fnmr", "fnmr_low", "fnmr_high")


def upper95(errors: int, n: int) -> float:
    """Return the one-sided 95 % upper bound of a rate (Clopper & Pearson 1934, by bisection)."""
    if n == 0 or errors >= n:
        return 1.0
    low, high = errors / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(errors, n, middle) > 0.05 else (low, middle)
    return high


def _at_most(errors: int, n: int, rate: float) -> float:
    """Return the binomial probability of at most `errors` in `n`."""
    logs = np.cumsum(np.log(np.arange(n, 0, -1)) - np.log(np.arange(1, n + 1)))
    k = np.arange(errors + 1)
    ways = np.concatenate([[0.0], logs])[: errors + 1]
    return float(np.exp(ways + k * np.log(max(rate, 1e-300)) + (n - k) * np.log1p(-rate)).sum())


def band(rate: float, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a rate."""
    z = 1.96
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * float(np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def tar_at(mated: np.ndarray, non_mated: np.ndarray, fmr: float) -> float:
    """Return the TAR at the threshold with the given FMR."""
    allowed = int(np.floor(fmr * len(non_mated)))
    threshold = np.partition(non_mated, len(non_mated) - allowed - 1)[len(non_mated) - allowed - 1]
    return float((mated > threshold).mean())


def at(mated: np.ndarray, non_mated: np.ndarray, threshold: float) -> dict[str, float]:
    """Return FMR and FNMR at a threshold; a score equal to it passes."""
    return {
        "threshold": threshold,
        "fmr": float((non_mated >= threshold).mean()),
        "fnmr": float((mated < threshold).mean()),
    }


@dataclass(frozen=True, slots=True)
class Point:
    """FMR and FNMR at one threshold, among `others` non-mated and `mated` pairs."""

    threshold: float
    fmr: float
    fnmr: float
    others: int
    mated: int

    def row(self) -> list[str]:
        """Return threshold and both rates with their intervals, as HEADER names them."""
        values = (
            *(self.fmr, *band(self.fmr, self.others)),
            *(self.fnmr, *band(self.fnmr, self.mated)),
        )
        return [f"{self.threshold:g}", *(f"{value:.4g}" for value in values)]


def curve(mated: np.ndarray, non_mated: np.ndarray, thresholds: Sequence[float]) -> list[Point]:
    """Return FMR and FNMR at each threshold."""
    theirs, ours = np.sort(non_mated), np.sort(mated)
    return [
        Point(
            float(t),
            1 - float(np.searchsorted(theirs, t)) / len(theirs),
            float(np.searchsorted(ours, t)) / len(ours),
            len(theirs),
            len(ours),
        )
        for t in thresholds
    ]
