"""The screen colours, sent one at a time: the next with the answer to the frames lit by the last.

So a matching film cannot be completed before it is shown. All times are milliseconds; `told` holds when the
server sent each colour, counted from the challenge's creation, and finally when the last one ended.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

# Minimum duration of a colour: at most 1.25 flashes a second (WCAG 2.3.1 allows three), and two frames at 5
# fps.
COLOUR_MS = 400


@dataclass(frozen=True, slots=True)
class Colour:
    """One screen colour and how long it is shown."""

    rgb: str
    ms: int


def tell(colours: Sequence[Colour], told: Sequence[int], now: int) -> tuple[int, ...]:
    """Return `told` with one more time once the last colour has been on for long enough."""
    if len(told) > len(colours) or (told and now - told[-1] < COLOUR_MS):
        return tuple(told)
    return (*told, now)


def lit(colours: Sequence[Colour], told: Sequence[int]) -> Colour | None:
    """Return the colour that the screen shows now, None before the first and after the last."""
    return colours[len(told) - 1] if 0 < len(told) <= len(colours) else None


def filmed(colours: Sequence[Colour], told: Sequence[int], lag: int, end: int) -> tuple[Colour, ...]:
    """Return the colours that were on until `end`, each with its duration in the film's time.

    `lag` is the least time from a frame's filming to its arrival, relative to the challenge's creation: a
    colour sent at `t` cannot be seen in frames before `t - lag`. The first colour is on from the first frame.
    A single colour is returned as it was drawn.
    """
    starts = [0, *(time - lag for time in told[1:])]
    seen = [start for start in starts[: len(colours)] if start < end]
    if len(seen) < 2:
        return tuple(colours[:1]) if told else ()
    over = starts[len(seen)] if len(starts) > len(seen) else seen[-1] + COLOUR_MS
    edges = [*seen, min(over, max(end, seen[-1] + COLOUR_MS))]
    lengths = [max(1, after - before) for before, after in itertools.pairwise(edges)]
    return tuple(Colour(one.rgb, ms) for one, ms in zip(colours, lengths, strict=False))
