"""Which actions a capture shows, and in which order. Pure: observations in, intervals out.

Judged by durations, never by counts, so that 3 and 10 frames a second give the same answer. Each
axis has its own neutral value, taken from the capture's own frames.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from matcher.liveness.signals import SIGNALS, Signal
from matcher.types import Observation

REACH_MS = 250.0
BLINK_RATE = 7.5


@dataclass(frozen=True, slots=True)
class Interval:
    """From when to when an action was seen, in ms of the capture."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Rule:
    """How an action shows in a signal measured from neutral.

    It begins when the signal reaches `on`, ends when it falls below `off`, lasts between `least`
    and `most` ms, and must be preceded by rest; `returns` says that it must come back half-way at least,
    or go on for `held` ms and more.
    """

    on: float
    off: float
    least: float
    most: float = 15_000.0
    returns: bool = False
    held: float = math.inf


RULES = {
    "turn_left": Rule(15.0, 8.0, 250),
    "turn_right": Rule(15.0, 8.0, 250),
    "nod": Rule(12.0, 6.0, 200, returns=True, held=1000),
    "closer": Rule(0.22, 0.10, 300),
    "open_mouth": Rule(0.30, 0.15, 250),
    "smile": Rule(0.18, 0.10, 350),
    "close_eyes": Rule(0.40, 0.25, 350),
    "blink": Rule(0.30, 0.15, 50, most=600, returns=True),
}


def seen(action: str, observations: Sequence[Observation]) -> list[Interval]:
    """Return when `action` was done; an action already under way at the start does not count."""
    if action == "blink" and rate(observations) < BLINK_RATE:
        return []
    times = [float(one.t_ms) for one in observations]
    return _intervals(SIGNALS[action](observations), times, RULES[action])


def rate(observations: Sequence[Observation]) -> float:
    """Return the median frames a second."""
    gaps = [b.t_ms - a.t_ms for a, b in zip(observations, observations[1:], strict=False)]
    return 1000 / max(1.0, median(gaps)) if gaps else 0.0


def in_order(actions: Sequence[str], observations: Sequence[Observation]) -> list[Interval | None]:
    """Return, for each action in the order asked for, its first interval after the one before.

    An action counts once the one before has been held for as long as it must be: done at the same time,
    neither was asked for. None from the first action that is missing on.
    """
    found: list[Interval | None] = []
    after = -1.0
    for action in actions:
        later = (one for one in seen(action, observations) if one.from_ms > after)
        interval = None if None in found else next(later, None)
        found.append(interval)
        after = interval.from_ms + RULES[action].least if interval else after
    return found


def _intervals(signal: Signal, times: Sequence[float], rule: Rule) -> list[Interval]:
    """Return the stretches in which the signal obeys the rule."""
    found: list[Interval] = []
    begun: int | None = None
    rested, peak = False, 0.0
    for i, value in enumerate(signal):
        if value is None:
            begun, rested = None, False
        elif begun is None:
            if value >= rule.on and rested:
                begun, peak = i, value
            rested = rested or value < rule.off
        elif value < max(rule.off, peak / 2 if rule.returns else 0.0):
            found += _lasting(times, begun, i - 1, rule)
            begun, rested = None, value < rule.off
        else:
            peak = max(peak, value)
    if begun is not None:
        found += _under_way(times, begun, len(signal) - 1, rule)
    return found


def _under_way(times: Sequence[float], first: int, last: int, rule: Rule) -> list[Interval]:
    """Return the interval of an action that the film's end cuts off, if it need not come back any more."""
    lasting = _lasting(times, first, last, rule)
    return [one for one in lasting if not rule.returns or one.to_ms - one.from_ms >= rule.held]


def _lasting(times: Sequence[float], first: int, last: int, rule: Rule) -> list[Interval]:
    """Return the interval if it lasted as it should; half a gap to either side belongs to it."""
    before = min(REACH_MS, times[first] - times[first - 1]) / 2 if first else 0.0
    behind = min(REACH_MS, times[last + 1] - times[last]) / 2 if last + 1 < len(times) else 0.0
    begin, end = times[first] - before, times[last] + behind
    return [Interval(round(begin), round(end))] if rule.least <= end - begin <= rule.most else []
