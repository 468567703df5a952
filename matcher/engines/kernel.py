"""Kernels (one net on one engine) and the choice of the fastest correct one."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from matcher.protocol import Picture, Vector
from matcher.weights import Weights

RUNS = 7
# Another engine is chosen only if it needs less than this share of OpenCV's time.
FASTER = 0.95

Outputs = tuple[Vector, ...]
# YuNet's outputs: the chance of a face and of an object, box and landmarks, each at these cells in px.
CELLS = (8, 16, 32)
DETECTED = tuple(f"{name}_{cell}" for name in ("cls", "obj", "bbox", "kps") for cell in CELLS)


class EngineUnavailable(Exception):
    """The engine is not installed, cannot read the net, or lacks hardware that would make it faster."""


class Kernel(Protocol):
    """One net on one engine; serves one thread at a time."""

    @property
    def engine(self) -> str:
        """Name engine, version and precision, as a report shows it."""

    def __call__(self, picture: Picture) -> Outputs:
        """Return the net's outputs, flat float32, for a BGR uint8 picture of the size it expects."""


Open = Callable[[Weights], Kernel]


class Check(NamedTuple):
    """Test pictures for every engine at the start, and when its outputs count as equal to the reference's."""

    pictures: Sequence[Picture]
    agrees: Callable[[Outputs, Outputs], bool]


def fastest(reference: Kernel, others: Sequence[Open], weights: Weights, check: Check) -> Kernel:
    """Return the fastest kernel that agrees with the reference on every test picture.

    An engine that is missing, fails, disagrees or saves less than 5 % of the CPU time is not chosen.
    """
    best, least = reference, FASTER * _cpu_s(reference, check.pictures[0])
    for other in filter(None, (_opened(one, weights, reference, check) for one in others)):
        taken = _cpu_s(other, check.pictures[0])
        if taken < least:
            best, least = other, taken
    return best


def _opened(opener: Open, weights: Weights, reference: Kernel, check: Check) -> Kernel | None:
    """Return the kernel if it is available and passes the check, else None."""
    try:
        kernel = opener(weights)
        agrees = all(check.agrees(reference(one), kernel(one)) for one in check.pictures)
    # Engines raise errors of any type; the matcher works without them.
    except (EngineUnavailable, ImportError, RuntimeError, ValueError):
        return None
    return kernel if agrees else None


def _cpu_s(kernel: Kernel, picture: Picture) -> float:
    """Return the least CPU time of some runs, because disturbances only lengthen a run."""
    kernel(picture)
    times = []
    for _ in range(RUNS):
        begun = time.thread_time()
        kernel(picture)
        times.append(time.thread_time() - begun)
    return min(times)


def cosine(one: Vector, other: Vector) -> float:
    """Return the cosine of two vectors; NaN where one of them contains NaN."""
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9))
