"""What each action is read from: signals measured from the capture's own neutral frames. Pure."""

from collections.abc import Callable, Sequence
from statistics import median

from matcher.types import Observation

Signal = list[float | None]


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
