"""Timing and quantiles."""

import time
from collections.abc import Sequence
from typing import Any


def timed(action: Any) -> float:
    """Return an action's wall-clock time in ms."""
    begun = time.monotonic()
    action()
    return (time.monotonic() - begun) * 1000


def figures(times: Sequence[float]) -> dict[str, float]:
    """Return count, median, p95, p99 and maximum of the times."""
    ordered = sorted(times) or [float("inf")]
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = {name: round(ordered[int(share * (len(ordered) - 1))], 1) for name, share in at.items()}
    return {"count": len(times), **found, "most": round(ordered[-1], 1)}
