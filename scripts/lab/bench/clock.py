"""CPU time measurement."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any


def cpu_ms(work: Callable[[], Any], repeats: int = 15) -> float:
    """Return the median CPU time of a call in ms, after one warm-up call."""
    work()
    times = []
    for _ in range(repeats):
        begun = time.process_time()
        work()
        times.append((time.process_time() - begun) * 1000)
    return median(times)
