"""Detects film shown before by the head's tremor, robust to warping, relighting and cutting. Pure.

Warping a film shifts angles and positions by a constant and scales them slightly; the residual after
subtracting a one-second mean, the tremor of hand and head, keeps its course. A tremor does not recur.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from matcher.liveness import replay
from matcher.liveness.replay import AXES, STEP_MS, Numbers, Sample

# Width of the subtracted running mean, in steps of STEP_MS.
SMOOTHED = 9
# Minimum overlap as a share of the shorter film, and in steps.
SHARE, LEAST = 0.7, 12
# An axis that moves less than this (0.3 degrees) carries no information; fewer axes than this may agree by
# chance.
STIRRED, FEWEST_AXES = 0.3, 5
# Mean correlation over the axes from which it is one film, and its minimum times the root of the steps,
# because short films agree by chance more easily. Living people reach 3.11 in 257 pairs of films.
ALIKE, CERTAIN = 0.5, 3.15
# Axes that a mirror inverts: yaw, roll and horizontal position.
MIRRORED = np.array([-1, 1, 1, 1, 1, -1, -1, 1, 1])


def moved_ms(ours: Sequence[Sample], theirs: Sequence[Sample]) -> int:
    """Return how long, in ms, our face moved as theirs did, by course or by tremor."""
    return max(replay.alike_ms(ours, theirs), alike_ms(ours, theirs))


def alike_ms(ours: Sequence[Sample], theirs: Sequence[Sample]) -> int:
    """Return how long, in ms, both films show the same tremor; 0 where they do not."""
    mine, other = _trembled(ours), _trembled(theirs)
    if mine is None or other is None:
        return 0
    return max(_best(mine, shown) for shown in _ways(other)) * STEP_MS


def _trembled(film: Sequence[Sample]) -> Numbers | None:
    """Return the course minus its running mean, (n, AXES); None where too short."""
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
    """Return how many steps overlap at the best correlated shift; 0 where that may be chance."""
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
