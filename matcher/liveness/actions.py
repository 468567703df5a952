"""Detects which actions a capture shows, and in which order. Pure: observations in, intervals out.

Judged by durations, never by counts, so that 3 and 10 frames a second give the same answer. Each
axis has its own neutral value, taken from the capture's own frames.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from matcher.liveness.signals import SIGNALS, Signal
from matcher.types import FrameKind, Observation

REACH_MS = 250.0
# Longest drop below the threshold (ms) within one action: old people turn in steps, and hands tremble.
PAUSE_MS = 450.0
# How long a face may be hidden or turned too far before what follows counts as another action.
BRIDGED_MS = 1500.0
BLINK_RATE = 7.5


@dataclass(frozen=True, slots=True)
class Interval:
    """Start and end of an action, in ms of the capture."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Rule:
    """How an action appears in a signal measured from neutral.

    It begins when the signal reaches `on`, ends when it falls below `off`, lasts between `least` and `most`
    ms, and must be preceded by rest; `returns`: it must come back at least half-way, or continue for at least
    `held` ms. A movement that reaches beyond `peak` is another one.
    """

    on: float
    off: float
    least: float
    most: float = 15_000.0
    returns: bool = False
    held: float = math.inf
    peak: float = math.inf


RULES = {
    "turn_left": Rule(12.0, 6.0, 200),
    "turn_right": Rule(12.0, 6.0, 200),
    # Amplitude and tempo: a turn that stays small and comes back, and one that is held.
    "turn_left_slightly": Rule(8.0, 4.0, 200, returns=True, peak=20.0),
    "turn_right_slightly": Rule(8.0, 4.0, 200, returns=True, peak=20.0),
    "turn_left_slowly": Rule(12.0, 6.0, 1500),
    "turn_right_slowly": Rule(12.0, 6.0, 1500),
    "nod": Rule(10.0, 5.0, 200, returns=True, held=1000),
    "closer": Rule(0.22, 0.10, 300),
    "open_mouth": Rule(0.25, 0.12, 250),
    "smile": Rule(0.18, 0.10, 350),
    "close_eyes": Rule(0.40, 0.25, 350),
    "blink": Rule(0.30, 0.15, 50, most=600, returns=True),
}


def seen(action: str, observations: Sequence[Observation]) -> list[Interval]:
    """Return the intervals of `action`; an action in progress at the start does not count."""
    if action == "blink" and rate(observations) < BLINK_RATE:
        return []
    told = [one for one in observations if one.shows_who]
    return _intervals(SIGNALS[action](told), [float(one.t_ms) for one in told], RULES[action])


def rate(observations: Sequence[Observation]) -> float:
    """Return the median frames a second."""
    gaps = [b.t_ms - a.t_ms for a, b in zip(observations, observations[1:], strict=False)]
    return 1000 / max(1.0, median(gaps)) if gaps else 0.0


def in_order(actions: Sequence[str], observations: Sequence[Observation]) -> list[Interval | None]:
    """Return, for each requested action in order, its first interval after the previous one.

    An action counts only after the previous one has been held for its required time: simultaneous actions
    count for neither. None from the first missing action on.
    """
    found: list[Interval | None] = []
    after = -1.0
    for action in actions:
        later = (one for one in seen(action, observations) if one.from_ms > after)
        interval = None if None in found else next(later, None)
        found.append(interval)
        after = interval.from_ms + RULES[action].least if interval else after
    return found


def progress(actions: Sequence[str], observations: Sequence[Observation]) -> list[bool]:
    """Return which of the requested actions, in order, the motion frames show so far."""
    motion = [one for one in observations if one.kind == FrameKind.MOTION]
    return [found is not None for found in in_order(actions, motion)]


def _intervals(signal: Signal, times: Sequence[float], rule: Rule) -> list[Interval]:
    """Return the intervals in which the signal obeys the rule; a short drop does not end one."""
    found: list[Interval] = []
    run: list[int] = []
    rested, peak = False, 0.0
    for i, value in enumerate(signal):
        if value is None:
            continue
        if run and times[i] - times[run[-1]] > BRIDGED_MS:
            found += _valid(times, run, signal, rule)
            run, rested, peak = [], False, 0.0
        low = value < max(rule.off, peak / 2 if rule.returns else 0.0)
        if run and low and times[i] - times[run[-1]] > PAUSE_MS:
            found += _valid(times, run, signal, rule)
            run, peak = [], 0.0
        if not low and (run or (value >= rule.on and rested)):
            run, peak = [*run, i], max(peak, value)
        rested = rested or value < rule.off
    return found + _under_way(times, run, signal, rule)


def _under_way(times: Sequence[float], run: Sequence[int], signal: Signal, rule: Rule) -> list[Interval]:
    """Return the interval cut off by the film's end, if it has already returned or been held."""
    lasting = _valid(times, run, signal, rule)
    back = bool(run) and any(value is not None for value in signal[run[-1] + 1 :])
    return [one for one in lasting if not rule.returns or back or one.to_ms - one.from_ms >= rule.held]


def _valid(times: Sequence[float], run: Sequence[int], signal: Signal, rule: Rule) -> list[Interval]:
    """Return the interval if its duration and reach are valid; half the gap on either side is a frame's."""
    if not run or max(signal[i] or 0.0 for i in run) > rule.peak:
        return []
    lasted = sum(_before(times, i) + _before(times, i + 1) for i in run)
    begin, end = times[run[0]] - _before(times, run[0]), times[run[-1]] + _before(times, run[-1] + 1)
    return [Interval(round(begin), round(end))] if rule.least <= lasted <= rule.most else []


def _before(times: Sequence[float], place: int) -> float:
    """Return half the gap before a frame, capped at what one frame can represent."""
    return min(REACH_MS, times[place] - times[place - 1]) / 2 if 0 < place < len(times) else 0.0
