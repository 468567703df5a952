"""Detection of film shown before by the head's tremor, robust to warping, relighting and cutting. Pure.

Warping a film moves angles and places by a constant and scales them a little; what is left of each after its
mean over a second is taken off, how a hand and a head tremble, keeps its course. A tremor does not recur.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from matcher.liveness import replay
from matcher.liveness.replay import AXES, STEP_MS, Numbers, Sample

# The mean that is taken off spans so many steps of STEP_MS.
SMOOTHED = 9
# Of the shorter film so much at least must be in both, and this many steps.
SHARE, LEAST = 0.7, 12
# An axis that moves less than this (0.3 degrees) says nothing; fewer axes than this are chance.
STIRRED, FEWEST_AXES = 0.3, 5
# Mean correlation over the axes from which it is one film, and what it must come to times the root of the
# steps: a short film agrees by chance more easily. Living people reach 3.11 in 257 pairs of films.
ALIKE, CERTAIN = 0.5, 3.15
# What a mirror turns round: yaw, roll and the place across.
MIRRORED = np.array([-1, 1, 1, 1, 1, -1, -1, 1, 1])


def moved_ms(ours: Sequence[Sample], theirs: Sequence[Sample]) -> int:
    """Return for how long, in ms, our face moved as theirs did, by its course or by its tremor."""
    return max(replay.alike_ms(ours, theirs), alike_ms(ours, theirs))


def alike_ms(ours: Sequence[Sample], theirs: Sequence[Sample]) -> int:
    """Return for how long, in ms, both films show one tremor; 0 where they do not."""
    mine, other = _trembled(ours), _trembled(theirs)
    if mine is None or other is None:
        return 0
    return max(_best(mine, shown) for shown in _ways(other)) * STEP_MS


def _trembled(film: Sequence[Sample]) -> Numbers | None:
    """Return the course less its running mean, (n, AXES); None where it is too short."""
    moved = replay.course(film)
    if moved is None or len(moved) < LEAST:
        return None
    half, mean = SMOOTHED // 2, np.ones(SMOOTHED) / SMOOTHED
    wide = np.pad(moved, ((half, half), (0, 0)), mode="edge")
    smooth = [np.convolve(wide[:, axis], mean, "valid") for axis in range(AXES)]
    return np.asarray(moved - np.stack(smooth, axis=1))


def _ways(course: Numbers) -> Iterator[Numbers]:
    """Yield a course as filmed, mirrored, backward, and both."""
    mirrored = course * MIRRORED
    yield from (course, mirrored, course[::-1], mirrored[::-1])


def _best(mine: Numbers, other: Numbers) -> int:
    """Return how many steps both share at the shift where they correlate best; 0 where that is chance."""
    shorter = min(len(mine), len(other))
    least = max(LEAST, int(SHARE * shorter))
    shifts = np.arange(least - len(mine), len(other) - least + 1)
    begin = np.maximum(0, -shifts)
    end = np.minimum(len(mine), len(other) - shifts)
    count = (end - begin)[:, None]
    both = np.stack([np.correlate(other[:, axis], mine[:, axis], "full") for axis in range(AXES)], axis=1)
    shared = both[shifts + len(mine) - 1]
    ours, ours_2 = _sums(mine, begin, end)
    theirs, theirs_2 = _sums(other, begin + shifts, end + shifts)
    spread = np.maximum(ours_2 - ours**2 / count, 0.0), np.maximum(theirs_2 - theirs**2 / count, 0.0)
    stirred = np.sqrt(np.minimum(*spread) / count) > STIRRED
    each = (shared - ours * theirs / count) / np.sqrt(np.maximum(spread[0] * spread[1], 1e-9))
    axes = stirred.sum(axis=1)
    alike = np.where(axes >= FEWEST_AXES, (each * stirred).sum(axis=1) / np.maximum(axes, 1), 0.0)
    certain = alike * np.sqrt(count[:, 0])
    best = int(certain.argmax())
    return int(count[best, 0]) if alike[best] >= ALIKE and certain[best] >= CERTAIN else 0


def _sums(course: Numbers, begin: Numbers, end: Numbers) -> tuple[Numbers, Numbers]:
    """Return the sums over course[begin:end] and of its squares, for each begin, (n, AXES)."""
    first, second = (np.concatenate([np.zeros((1, AXES)), one.cumsum(axis=0)]) for one in (course, course**2))
    return first[end] - first[begin], second[end] - second[begin]
