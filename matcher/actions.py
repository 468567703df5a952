"""Which actions a capture shows, and in which order. Pure: observations in, intervals out.

Judged by durations, never by counts, so that 3 and 10 frames a second give the same answer. Each
axis has its own neutral value, taken from the capture's own frames.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from matcher.types import Observation

REACH_MS = 250.0
BLINK_RATE = 7.5
Signal = list[float | None]


@dataclass(frozen=True, slots=True)
class Interval:
    """From when to when an action was seen, in ms of the capture."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Rule:
    """How an action shows in a signal measured from neutral.

    It begins when the signal reaches `on`, ends when it falls below `off`, lasts between `least`
    and `most` ms, and must be preceded by rest; `returns` says that rest must follow as well.
    """

    on: float
    off: float
    least: float
    most: float = 15_000.0
    returns: bool = False


RULES = {
    "turn_left": Rule(15.0, 8.0, 250),
    "turn_right": Rule(15.0, 8.0, 250),
    "nod": Rule(12.0, 6.0, 200, returns=True),
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
    """Return, for each action in the order asked for, its first interval after the one before."""
    found: list[Interval | None] = []
    after = -1.0
    for action in actions:
        later = (one for one in seen(action, observations) if one.from_ms > after)
        interval = None if None in found else next(later, None)
        found.append(interval)
        after = interval.from_ms if interval else after
    return found


def _intervals(signal: Signal, times: Sequence[float], rule: Rule) -> list[Interval]:
    """Return the stretches in which the signal obeys the rule."""
    found: list[Interval] = []
    begun: int | None = None
    rested = False
    for i, value in enumerate(signal):
        if value is None:
            begun, rested = None, False
        elif begun is None:
            if value >= rule.on and rested:
                begun = i
            rested = rested or value < rule.off
        elif value < rule.off:
            found += _lasting(times, begun, i - 1, rule)
            begun = None
    if begun is not None and not rule.returns:
        found += _lasting(times, begun, len(signal) - 1, rule)
    return found


def _lasting(times: Sequence[float], first: int, last: int, rule: Rule) -> list[Interval]:
    """Return the interval if it lasted as it should; half a gap to either side belongs to it."""
    before = min(REACH_MS, times[first] - times[first - 1]) / 2 if first else 0.0
    behind = min(REACH_MS, times[last + 1] - times[last]) / 2 if last + 1 < len(times) else 0.0
    begin, end = times[first] - before, times[last] + behind
    return [Interval(round(begin), round(end))] if rule.least <= end - begin <= rule.most else []


def _axis(read: Callable[[Observation], float | None], observations: Sequence[Observation]) -> list[float]:
    return [value for value in map(read, observations) if value is not None]


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _frontal_yaw(observations: Sequence[Observation]) -> float | None:
    """Return the yaw nearest to the camera that was held for a fifth of the capture."""
    values = sorted(_axis(lambda one: one.yaw, observations), key=abs)
    nearest = values[: max(2, len(values) // 5)]
    return median(nearest) if len(values) >= 2 else None


def _resting_pitch(observations: Sequence[Observation]) -> float | None:
    """Return the pitch of the first second, in which nobody has been asked for anything yet."""
    start = observations[0].t_ms if observations else 0
    first = [one for one in observations if one.t_ms - start <= 1000]
    values = _axis(lambda one: one.pitch, first)
    return median(values) if values else None


def _turn(direction: int) -> Callable[[Sequence[Observation]], Signal]:
    """Return the signal of turning the head; + is the subject's own left."""

    def signal(observations: Sequence[Observation]) -> Signal:
        rest = _frontal_yaw(observations)
        if rest is None:
            return []
        return [None if one.yaw is None else direction * (one.yaw - rest) for one in observations]

    return signal


def _nod(observations: Sequence[Observation]) -> Signal:
    """Return how far the chin is below rest, unless the head is turned away."""
    rest, yaw = _resting_pitch(observations), _frontal_yaw(observations)
    if rest is None or yaw is None:
        return []
    return [
        None if one.pitch is None or one.yaw is None else one.pitch - rest if abs(one.yaw - yaw) < 20 else 0.0
        for one in observations
    ]


def _faced(
    read: Callable[[Observation], float | None], share: float, relative: bool
) -> Callable[[Sequence[Observation]], Signal]:
    """Return a signal above its neutral quantile, at rest wherever the head is turned or bent away."""

    def signal(observations: Sequence[Observation]) -> Signal:
        yaw, pitch = _frontal_yaw(observations), _resting_pitch(observations)
        level = [_is_level(one, yaw, pitch) for one in observations]
        values = [read(one) for one, ok in zip(observations, level, strict=True) if ok]
        known = [value for value in values if value is not None]
        if len(known) < 2:
            return []
        rest = _quantile(known, share)
        return [
            None if read(one) is None else _above(read(one) or 0.0, rest, relative) if ok else 0.0
            for one, ok in zip(observations, level, strict=True)
        ]

    return signal


def _above(value: float, rest: float, relative: bool) -> float:
    return value / max(rest, 1e-3) - 1 if relative else value - rest


def _is_level(one: Observation, yaw: float | None, pitch: float | None) -> bool:
    """Tell whether the face looks at the camera, so that eyes and mouth can be measured."""
    if one.yaw is None or one.pitch is None or yaw is None or pitch is None:
        return False
    return abs(one.yaw - yaw) < 15 and abs(one.pitch - pitch) < 15


def _eyes(observations: Sequence[Observation]) -> Signal:
    """Return how much of the open eye is gone, 0–1."""
    signal = _faced(lambda one: one.eyes_open, 0.75, relative=True)(observations)
    return [None if value is None else -value for value in signal]


SIGNALS: dict[str, Callable[[Sequence[Observation]], Signal]] = {
    "turn_left": _turn(+1),
    "turn_right": _turn(-1),
    "nod": _nod,
    "closer": _faced(lambda one: one.size or None, 0.25, relative=True),
    "open_mouth": _faced(lambda one: one.mouth_open, 0.25, relative=False),
    "smile": _faced(lambda one: one.smile, 0.2, relative=True),
    "close_eyes": _eyes,
    "blink": _eyes,
}
