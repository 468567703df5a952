"""Detection of film that loops, or runs forward and back, as against a person repeating an action. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.liveness.replay import POSED, STEP_MS, Likeness, Sample, course, hashes, longest, same, times

LOOP_BITS = 5
LOOP_SHIFT_MS = 800
# Within one capture people do the same again and again, so most of it must agree.
LOOP_AGREEMENT, HEAD_AGREEMENT = 0.9, 0.95
# The head's columns of a course: yaw, pitch, roll.
HEAD = (0, 1, 5)


def looped_ms(ours: Sequence[Sample]) -> int:
    """Return for how long, in ms, a capture shows what it showed 0.8 s and more earlier, or that backward.

    Either the head alone moves as it did, whatever lips and lids do meanwhile, or the whole face moves and
    looks as it did; backward only the head counts: a smile that comes and goes is the same either way.
    """
    moved = course(ours)
    if moved is None:
        return 0
    whole = moved[:, :POSED]
    head = whole[:, HEAD]
    steps = np.arange(len(whole))
    later = np.abs(steps[:, None] - steps[None]) * STEP_MS >= LOOP_SHIFT_MS
    turning = Likeness(HEAD_AGREEMENT, moving=(0, 1))
    looks = Likeness(LOOP_AGREEMENT, look=_look_alike(ours, len(whole)))
    forward = longest(head, head, same(head, head) & later, turning)
    backward = longest(head, head[::-1], same(head, head[::-1]), turning)
    again = longest(whole, whole, same(whole, whole) & later, looks)
    return max(forward, backward, again) * STEP_MS


def _look_alike(film: Sequence[Sample], length: int) -> NDArray[np.bool_]:
    """Tell for each pair of instants of one capture whether the nearest frames look alike."""
    known = [one for one in film if one.movement is not None]
    at, looks = times(known), hashes(known)
    grid = at[0] + np.arange(length) * STEP_MS
    nearest = np.abs(at[None] - grid[:, None]).argmin(axis=1)
    shown = looks[nearest]
    return np.asarray(np.bitwise_count(shown[:, None] ^ shown[None]) <= LOOP_BITS)
