"""Timing of a capture's frames: gaps, repetition, standstill and loops."""

from collections.abc import Sequence

from matcher.liveness import recurrence, replay, retraced
from matcher.liveness.actions import rate
from matcher.types import FrameKind, Observation, Timing

STILL = 0.5


def timing(observations: Sequence[Observation]) -> Timing:
    """Return the timing facts of frames in order of capture."""
    times = [one.t_ms for one in observations]
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    hashes = [one.sha256 for one in observations]
    motion = [one for one in observations if one.kind == FrameKind.MOTION]
    return Timing(
        duration_ms=times[-1] - times[0] if times else 0,
        max_gap_ms=max(gaps, default=0),
        rate=rate(motion),
        backward=sum(gap <= 0 for gap in gaps),
        repeated=len(hashes) - len(set(hashes)),
        frozen_ms=_frozen(observations),
        looped_ms=retraced.retraced_ms(replay.samples(motion)),
        recurring=recurrence.recurring(motion),
    )


def _frozen(observations: Sequence[Observation]) -> int:
    """Return the longest time (ms) in which no frame differs from the previous one as a living face does."""
    longest, since = 0, None
    for earlier, one in zip(observations, observations[1:], strict=False):
        if one.change is not None and one.change < STILL:
            since = earlier.t_ms if since is None else since
            longest = max(longest, one.t_ms - since)
        else:
            since = None
    return longest
