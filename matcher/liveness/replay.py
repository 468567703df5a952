"""Detects film shown before, unlike a person repeating an action. Pure.

Two measures, both at one constant shift in time, also for film mirrored or run backward. The hashes of
single frames survive re-encoding and brightness; the course of pose and expression also survives
cropping and turning. A person repeating an action repeats neither to this precision (decision 0034).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.liveness.fingerprint import MIRROR
from matcher.types import Observation

STEP_MS = 100
SHIFT_MS = 200
# Of pose in degrees; of eyes, mouth and smile in hundredths, weighed by SCALES.
TOLERANCE = 5.0
MOVED = 12.0
SCALES = (1.0, 1.0, 100.0, 50.0, 80.0, 1.0)
# Pose and expression, then where the face is and how large.
AXES = len(SCALES) + 3
PLACE, SIZE = 200.0, 400.0
# How much of a movement must come again (1 = all of it): an intraclass correlation over the run.
AGREEMENT = 0.8
# Of a course's columns, those that tell of movement (eyelids always move).
MOVING = (0, 1, 3, 4)
# Rotated film is recognised by the other columns.
REMEMBERED = 5
# Runs this short occur by chance and are ignored: decisions need at least a second.
SHORT = 9

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """The stored values of a frame: its hash (64 bits, hex) and `movement`, see `movement()`."""

    t_ms: int
    phash: str
    movement: tuple[float, ...] | None


def movement(one: Observation) -> tuple[float, ...] | None:
    """Return yaw, pitch, eyes, mouth, smile, roll, place and size, scaled alike; None without a face."""
    values = (one.yaw, one.pitch, one.eyes_open, one.mouth_open, one.smile, one.roll)
    known = [value for value in values if value is not None]
    if len(known) < len(values) or one.landmarks is None:
        return None
    posed = [value * scale for value, scale in zip(known, SCALES, strict=True)]
    return tuple(round(value, 1) for value in (*posed, *_placed(one.landmarks)))


def _placed(landmarks: Sequence[float]) -> tuple[float, float, float]:
    """Return the face's middle and the way from its eyes to its mouth, scaled."""
    points = [complex(*landmarks[i : i + 2]) for i in range(0, 10, 2)]
    middle = sum(points) / len(points)
    tall = abs((points[0] + points[1]) / 2 - (points[3] + points[4]) / 2)
    return PLACE * middle.real, PLACE * middle.imag, SIZE * tall


def samples(observations: Sequence[Observation]) -> list[Sample]:
    """Return the stored values of a capture's frames."""
    return [Sample(one.t_ms, one.phash, movement(one)) for one in observations]


def alike_frames(ours: Sequence[Sample], theirs: Sequence[Sample], bits: int) -> int:
    """Return how many of our frames look like one of theirs at one constant shift in time.

    Two hashes are alike when they differ in at most `bits` bits. Frames without a face do not count.
    """
    ours, theirs = ([one for one in film if one.movement is not None] for film in (ours, theirs))
    if not ours or not theirs:
        return 0
    mine, other = hashes(ours), hashes(theirs)
    t_mine, t_other = times(ours), times(theirs)
    best = 0
    for flipped in (other, other ^ np.uint64(MIRROR)):
        near = np.bitwise_count(mine[:, None] ^ flipped[None]) <= bits
        for between in (t_mine[:, None] - t_other[None], t_mine[:, None] + t_other[None]):
            best = max(best, _most_at_one_shift(near, between))
    return best


def _most_at_one_shift(near: NDArray[np.bool_], between: Numbers) -> int:
    """Return the largest number of rows that are near something at the same time between."""
    rows, columns = np.nonzero(near)
    if not len(rows):
        return 0
    found = 0
    # Two rows of bins, so that no shift falls on an edge of both.
    for offset in (0, SHIFT_MS // 2):
        bins = ((between[rows, columns] + offset) // SHIFT_MS).astype(int)
        pairs = np.unique(np.stack([bins, rows]), axis=1)
        found = max(found, int(np.unique(pairs[0], return_counts=True)[1].max()))
    return found


def alike_ms(ours: Sequence[Sample], theirs: Sequence[Sample]) -> int:
    """Return for how long, in ms, our face moved exactly as theirs did; stillness does not count."""
    mine, other = course(ours), course(theirs)
    if mine is None or other is None:
        return 0
    mine = mine[:, :REMEMBERED]
    ways = _ways(other[:, :REMEMBERED])
    return max(_longest(mine, shown, same(mine, shown)) for shown in ways) * STEP_MS


def _ways(course: Numbers) -> Iterator[Numbers]:
    """Yield a course of movement as filmed, mirrored, backward, and both."""
    mirrored = course * np.array([-1, 1, 1, 1, 1])
    yield from (course, mirrored, course[::-1], mirrored[::-1])


def course(film: Sequence[Sample]) -> Numbers | None:
    """Return the movement at every STEP_MS, (n, AXES); None where too little is known."""
    known = [(one.t_ms, one.movement) for one in film if one.movement is not None]
    if len(known) < 4 or known[-1][0] - known[0][0] < STEP_MS:
        return None
    times = np.array([t for t, _ in known], float)
    # What was remembered before roll and place were lacks them.
    values = np.array([(*moved, *[0.0] * AXES)[:AXES] for _, moved in known], float)
    grid = np.arange(times[0], times[-1] + 1, STEP_MS)
    return np.stack([np.interp(grid, times, values[:, axis]) for axis in range(values.shape[1])], axis=1)


def same(mine: Numbers, other: Numbers) -> NDArray[np.bool_]:
    """Tell for each pair of instants whether the faces are in the same pose with the same expression.

    While a face moves fast, half a step of time is allowed for.
    """
    slack = TOLERANCE + np.abs(np.gradient(mine, axis=0)) / 2
    near = np.ones((len(mine), len(other)), bool)
    for axis in range(mine.shape[1]):
        near &= np.abs(mine[:, axis, None] - other[None, :, axis]) <= slack[:, axis, None]
    return near


def _longest(mine: Numbers, other: Numbers, same: NDArray[np.bool_]) -> int:
    """Return the longest run of steps along one shift in which the face really moved, and in the same way."""
    best, run = 0, np.zeros(same.shape[1], int)
    for row in range(len(mine)):
        run = np.where(same[row], np.concatenate([[0], run[:-1]]) + 1, 0)
        for column in np.nonzero(run > max(best, SHORT))[0]:
            steps = np.arange(run[column])
            if _moved_alike(mine[row - steps], other[column - steps]):
                best = int(run[column])
    return best


def _moved_alike(mine: Numbers, other: Numbers) -> bool:
    """Tell whether the face moved, and whether what differs is little beside that.

    All rest looks alike, so it is no evidence that a movement is the same.
    """
    if np.ptp(mine[:, MOVING], axis=0).max() < MOVED:
        return False
    energy = float(((mine - mine.mean(axis=0)) ** 2).sum())
    return float(((mine - other) ** 2).sum()) <= 2 * (1 - AGREEMENT) * energy


def times(film: Sequence[Sample]) -> Numbers:
    """Return the frames' instants, ms, (n,)."""
    return np.array([one.t_ms for one in film], float)


def hashes(film: Sequence[Sample]) -> NDArray[np.uint64]:
    """Return the frames' perceptual hashes, (n,)."""
    return np.array([int(one.phash or "0", 16) for one in film], np.uint64)
