"""Whether the frames are one unbroken film: facts only, the policy judges them."""

from collections.abc import Sequence
from typing import Any

from matcher.liveness import replay
from matcher.liveness.actions import rate
from matcher.types import Observation

STILL = 0.5


def timing(observations: Sequence[Observation]) -> dict[str, Any]:
    """Return duration, largest gap, frames a second, steps backward, repeated frames, frozen time.

    All times in ms. `repeated` counts frames that are byte for byte an earlier one; `frozen_ms` is
    the longest stretch in which the face differs from frame to frame by less than a living one does,
    `looped_ms` the longest in which it moves and looks as it did earlier in the same capture.
    """
    times = [one.t_ms for one in observations]
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    hashes = [one.sha256 for one in observations]
    return {
        "duration_ms": times[-1] - times[0] if times else 0,
        "max_gap_ms": max(gaps, default=0),
        "rate": rate([one for one in observations if one.kind == "motion"]),
        "backward": sum(gap <= 0 for gap in gaps),
        "repeated": len(hashes) - len(set(hashes)),
        "frozen_ms": _frozen(observations),
        "looped_ms": replay.looped_ms(replay.samples([one for one in observations if one.kind == "motion"])),
    }


def _frozen(observations: Sequence[Observation]) -> int:
    """Return the longest time in which nothing moved."""
    longest, since = 0, None
    for earlier, one in zip(observations, observations[1:], strict=False):
        if one.change is not None and one.change < STILL:
            since = earlier.t_ms if since is None else since
            longest = max(longest, one.t_ms - since)
        else:
            since = None
    return longest
