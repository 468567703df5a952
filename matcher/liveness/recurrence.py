"""Detects pictures that recur within one film, unlike a face that returns to a pose. Pure.

A living face never gives two identical pictures: one resembles those right before and
after it more than any other. Film run in a loop, or there and back, shows pictures that resemble one shown
long before more than their own neighbours. Eyes, nose and mouth are also compared by themselves, so lips or
lids moved otherwise on the way back hide only their own band.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.liveness.fingerprint import textures
from matcher.types import Observation

# Minimum length of a run in frames, at any frame rate.
FEWEST = 4
# Two pictures that differ only by noise are one picture shown again. Living people are at most 0.16 above
# neighbours, at 3-10 frames a second and at half speed.
TWIN, TWIN_GAIN = 0.85, 0.2

# Upper bound of a pair's weight in a run; pairs too close in time count nothing.
MOST_GAIN, NEVER = 0.3, -9.0

Numbers = NDArray[np.float32]
Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Run:
    """Limits for a run of recurring pictures: length and distance in ms, similarity, and gain."""

    ms: int
    apart_ms: int
    alike: float
    gain: float


# At this step between frames the gains below hold; further apart, neighbours say less.
STEP_MS = 200
# Shorter runs must be more alike, and of one band of the face more so than of all together.
WHOLE = (Run(800, 600, 0.6, 0.03), Run(1200, 800, 0.5, 0.03))
BAND = (Run(1200, 800, 0.5, 0.08),)


def recurring(observations: Sequence[Observation]) -> int:
    """Return how many frames show a picture that the capture also shows elsewhere."""
    shown = [one for one in observations if one.texture]
    if len(shown) < 2 * FEWEST:
        return 0
    at = np.array([one.t_ms for one in shown], float)
    bands = textures([one.texture for one in shown])
    whole = np.asarray(bands.mean(axis=0), np.float32)
    found = _twins(whole, at)
    for alike, runs in ((whole, WHOLE), *((band, BAND) for band in bands)):
        gain = _gain(alike)
        for run in runs:
            found |= _runs(alike, gain, at, run)
    return len(found)


def _gain(alike: Numbers) -> Numbers:
    """Return for each pair of frames how much more similar they are than either is to its neighbours."""
    beside: Numbers = np.diag(alike, 1)
    near = np.maximum(np.append(beside[:1], beside), np.append(beside, beside[-1:]))
    return np.asarray(alike - np.maximum(near[:, None], near[None]))


def _step(at: Times) -> float:
    """Return the usual interval between frames, ms."""
    return max(float(np.median(np.diff(at))), 1.0)


def _twins(alike: Numbers, at: Times) -> set[int]:
    """Return the frames between two showings of one picture: the film ran back or restarted there."""
    apart, found = np.abs(at[:, None] - at[None]) >= 2 * _step(at), set[int]()
    for one, other in np.argwhere((alike >= TWIN) & (_gain(alike) >= TWIN_GAIN) & apart):
        found |= set(range(one, other + 1))
    return found


def _runs(alike: Numbers, gain: Numbers, at: Times, run: Run) -> set[int]:
    """Return the frames of runs along any line that are similar enough, with enough gain."""
    step = _step(at)
    length, least = max(FEWEST, round(run.ms / step)), run.gain * max(1.0, step / STEP_MS) ** 3
    if length > len(at):
        return set()
    apart = np.abs(at[:, None] - at[None]) >= run.apart_ms
    more = np.where(apart, np.minimum(gain, MOST_GAIN), NEVER)
    found = set[int]()
    for back in (False, True):
        near, by = (_along(one[:, ::-1] if back else one, length) for one in (alike, more))
        again = (near >= run.alike) & (by >= least)
        # Of a way forward only the second showing counts.
        again = again if back else np.tril(again, -2)
        for begin in np.nonzero(again.any(axis=1))[0].tolist():
            found |= set(range(begin, begin + length))
    return found


def _along(pairs: Numbers, length: int) -> Numbers:
    """Return the mean of so many pairs down each diagonal, (n - length + 1, n - length + 1)."""
    kept = len(pairs) - length + 1
    return np.asarray(sum(pairs[n : n + kept, n : n + kept] for n in range(length)) / length)
