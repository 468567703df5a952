"""Detects a face that repeats an earlier path, forward or backward, unlike a repeated action. Pure.

A person who turns to a side and back moves the head out and in again, but place, tilt, size, lids and lips
take other paths. Film run in a loop, or there and back, repeats all of them at once, up to measurement noise
and what is lost between two frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from matcher.liveness.replay import Numbers, Sample

# The noise of each column of a movement from one picture to the next (median of 61 films).
NOISE = np.array([0.5, 0.8, 0.9, 1.0, 0.7, 0.3, 0.25, 0.3, 0.7])
# Between two frames a course is uncertain by a share of its bend there, and by its speed times 20 ms.
BENT, LATE_S = 0.15, 0.02
STEP_S, MOST_STEPS = 0.05, 300
# Variance, in units of noise, that yaw, pitch or mouth must reach: rest is like rest.
STIRRED, STIRRING = 6.0, (0, 1, 3)
FEWEST = 8
NEVER = -9.0
# Paths begin at least APART_S apart, and are searched from every SPARSE-th step on.
APART_S, SPARSE = 0.8, 3
# How many shifts in time one numpy call evaluates: their sums stay in the processor's cache.
TOGETHER = 16


@dataclass(frozen=True, slots=True)
class Way:
    """Length of a path in s, and the agreement from which it counts as repeated."""

    long_s: float
    agreement: float


# The living, at 3-10 frames a second and at half speed: at most 0.92, 0.59, 0.84, 0.12 and -0.1 back from a
# turning point (one who sways closer and back 1.86), and 0.67, 0.19, 0.16, -0.04 forward.
BACK = (Way(0.8, 1.0), Way(1.0, 0.75), Way(1.2, 0.9), Way(2.0, 0.5), Way(3.0, 0.5))
AGAIN = (Way(1.0, 0.8), Way(1.2, 0.4), Way(1.6, 0.35), Way(2.0, 0.2))


@dataclass(frozen=True, slots=True)
class Course:
    """A movement every `step_s` in units of noise, (n, columns), and how uncertain (variance) it is there."""

    step_s: float
    moved: Numbers
    unsure: Numbers


def retraced_ms(film: Sequence[Sample]) -> int:
    """Return how long, in ms, a capture shows one path of the face twice; 0 if never."""
    made = course(film)
    if made is None or made.moved[:, STIRRING].var(axis=0).max() < STIRRED / 4:
        return 0
    found = [way.long_s for way in BACK if back(made, way.long_s) >= way.agreement]
    alike = again(made, [way.long_s for way in AGAIN])
    found += [way.long_s for way, one in zip(AGAIN, alike, strict=True) if one >= way.agreement]
    return round(2000 * max(found, default=0.0))


def course(film: Sequence[Sample]) -> Course | None:
    """Return a film's course, by cubic curves through its frames; None where too little is known."""
    known = [(one.t_ms / 1000, one.movement) for one in film if one.movement is not None]
    known = [one for n, one in enumerate(known) if n == 0 or one[0] > known[n - 1][0]]
    if len(known) < FEWEST or len(known[0][1]) < len(NOISE):
        return None
    at = np.array([t for t, _ in known])
    seen = np.array([moved for _, moved in known], float) / NOISE
    step_s = max(STEP_S, float(at[-1] - at[0]) / MOST_STEPS)
    slope, bend = np.gradient(seen, at, axis=0), np.zeros_like(seen)
    bend[1:-1] = np.abs(seen[2:] - 2 * seen[1:-1] + seen[:-2])
    grid = np.arange(at[0], at[-1] + 1e-9, step_s)
    left = np.clip(np.searchsorted(at, grid, side="right") - 1, 0, len(at) - 2)
    gap = np.diff(at)[left, None]
    into = (grid - at[left])[:, None] / gap
    moved = _hermite(into, seen[left], seen[left + 1]) + gap * (
        (into**3 - 2 * into**2 + into) * slope[left] + (into**3 - into**2) * slope[left + 1]
    )
    bent, fast = ((1 - into) * one[left] + into * one[left + 1] for one in (bend, np.abs(slope)))
    return Course(step_s, moved, 1 + (BENT * bent) ** 2 + (LATE_S * fast) ** 2)


def _hermite(into: Numbers, first: Numbers, second: Numbers) -> Numbers:
    """Return the part of a cubic curve that its two ends decide."""
    share = 3 * into**2 - 2 * into**3
    return np.asarray((1 - share) * first + share * second)


def back(made: Course, long_s: float) -> float:
    """Return the best agreement of a path up to any turning point with the path after it."""
    steps, best = round(long_s / made.step_s), NEVER
    # A turning point lies on a step or between two.
    for width in (2 * steps + 1, 2 * steps):
        if len(made.moved) >= width:
            moved, unsure = (sliding_window_view(one, width, axis=0) for one in (made.moved, made.unsure))
            ways = [(one[..., width // 2 :], one[..., (width - 1) // 2 :: -1]) for one in (moved, unsure)]
            best = max(best, _best(np.stack([term.mean(axis=-1) for term in _terms(*ways)])))
    return best


def again(made: Course, longs_s: Sequence[float]) -> list[float]:
    """Return for each length the best agreement of two paths, the second starting at least APART_S later."""
    lengths = [round(one / made.step_s) for one in longs_s]
    best = [NEVER] * len(lengths)
    first, last = round(APART_S / made.step_s), len(made.moved) - min(lengths)
    for begin in range(first, last + 1, TOGETHER):
        shifts = np.arange(begin, min(begin + TOGETHER, last + 1))
        sums = _summed(made, shifts)
        for place, steps in enumerate(lengths):
            means = (sums[:, :, steps::SPARSE] - sums[:, :, :-steps:SPARSE]) / steps
            ends = steps + SPARSE * np.arange(means.shape[2])
            best[place] = max(best[place], _best(means[:, ends[None] <= len(made.moved) - shifts[:, None]]))
    return best


def _summed(made: Course, shifts: NDArray[np.int64]) -> Numbers:
    """Return the running sums of the terms of each step with the one so many steps later.

    The shape is (terms, shifts, steps + 1, columns); past the course's end they mean nothing.
    """
    here = np.arange(len(made.moved) - shifts[0])
    later = np.minimum(here + shifts[:, None], len(made.moved) - 1)
    terms = _terms(*((one[later], one[None, here]) for one in (made.moved, made.unsure)))
    sums = np.zeros((len(terms), len(shifts), len(here) + 1, made.moved.shape[1]))
    for place, term in enumerate(terms):
        np.cumsum(term, axis=1, out=sums[place, :, 1:])
    return sums


def _terms(moved: tuple[Numbers, Numbers], unsure: tuple[Numbers, Numbers]) -> tuple[Numbers, ...]:
    """Return, for each pair of instants, the terms that `_best` averages."""
    (ours, theirs), sure = moved, 2 / (unsure[0] + unsure[1])
    both, squares = (ours + theirs) / 2, (ours**2 + theirs**2) / 2
    return (ours - theirs) ** 2 / 2 * sure, squares * sure, both * sure, sure, squares, both


def _best(means: Numbers) -> float:
    """Return the best agreement among pairs of paths, from the means of their terms, (6, n, columns).

    It is the mean over the columns of the logarithm of what moved over what differs, less that of what
    differs in all; a pair that hardly moves counts for nothing.
    """
    spread = means[4][:, STIRRING] - means[5][:, STIRRING] ** 2
    stirred = (spread >= STIRRED).any(axis=1)
    if not stirred.any():
        return NEVER
    differs, squares, both, sure, _, middle = means[:, stirred]
    moves = squares - 2 * middle * both + middle**2 * sure
    agreement = np.log((1 + moves) / (1 + differs)).mean(axis=1) - np.log(1 + differs.mean(axis=1))
    return float(agreement.max())
