"""The signals that actions are read from, relative to the capture's own neutral frames. Pure."""

from collections.abc import Callable, Sequence
from statistics import median

from matcher.types import Observation

Signal = list[float | None]
Read = Callable[[Observation], float | None]
# How far the nose moves a degree of yaw, in eye distances, and a degree of pitch, as a share of the way
# from eyes to mouth: half of what real heads show on average (0.008-0.016 and 0.006-0.012 over 60 people);
# a photo tilted by 45 degrees moves it by a quarter of that.
SIDEWAYS = 0.0074
LOWERED = 0.0057
RESTING_MS = 1000
# Beyond these angles from rest, eyes and mouth cannot be measured.
LEVEL = 20.0


def _axis(read: Read, observations: Sequence[Observation]) -> list[float]:
    return [value for value in map(read, observations) if value is not None]


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _resting(read: Read, observations: Sequence[Observation]) -> float | None:
    """Return a value's median over the first second, before any action is requested."""
    start = observations[0].t_ms if observations else 0
    values = _axis(read, [one for one in observations if one.t_ms - start <= RESTING_MS])
    return median(values) if values else None


def _yaw(one: Observation) -> float | None:
    return one.yaw


def _pitch(one: Observation) -> float | None:
    return one.pitch


def _sideways(one: Observation) -> float | None:
    """Return the nose's offset towards the subject's left from between the eyes, in eye distances."""
    seen = in_eye_axes(one)
    return None if seen is None else seen[0]


def _lowered(one: Observation) -> float | None:
    """Return the nose's position between eyes and mouth, 0–1."""
    seen = in_eye_axes(one)
    return None if seen is None else seen[1]


def in_eye_axes(one: Observation) -> tuple[float, float] | None:
    """Return the nose's position along the eyes, and across them as a share of the mouth's."""
    if one.landmarks is None:
        return None
    right, left, nose, corner, other = (complex(*one.landmarks[i : i + 2]) for i in range(0, 10, 2))
    if left == right:
        return None
    # Rotated and scaled so that the middle of the eyes is 0 and the subject's left eye 0.5.
    place = (nose - (right + left) / 2) / (left - right)
    mouth = ((corner + other) / 2 - (right + left) / 2) / (left - right)
    return place.real, place.imag / max(mouth.imag, 1e-3)


def _turn(direction: int) -> Callable[[Sequence[Observation]], Signal]:
    """Return the signal of turning the head; + is the subject's own left.

    The nose must stand out of the face as it turns: on a tilted photo it does not, whatever angle
    the mesh estimates.
    """

    def signal(observations: Sequence[Observation]) -> Signal:
        return _least(
            _offset(_yaw, direction, observations),
            _offset(_sideways, direction / SIDEWAYS, observations),
        )

    return signal


def _nod(observations: Sequence[Observation]) -> Signal:
    """Return how far the chin is below rest, except while the head is turned aside."""
    yaw = _resting(_yaw, observations)
    down = _least(_offset(_pitch, 1, observations), _offset(_lowered, 1 / LOWERED, observations))
    if yaw is None:
        return []
    return [
        value if value is None or one.yaw is None or abs(one.yaw - yaw) < 20 else 0.0
        for one, value in zip(observations, down, strict=False)
    ]


def _offset(read: Read, scale: float, observations: Sequence[Observation]) -> Signal:
    """Return the offset from rest; empty when there is no rest."""
    rest = _resting(read, observations)
    if rest is None:
        return []
    return [None if (value := read(one)) is None else scale * (value - rest) for one in observations]


def _least(first: Signal, second: Signal) -> Signal:
    """Return the lesser of two signals, None where either is."""
    pairs = zip(first, second, strict=False)
    return [None if a is None or b is None else min(a, b) for a, b in pairs]


def _faced(read: Read, share: float, relative: bool) -> Callable[[Sequence[Observation]], Signal]:
    """Return a signal above its neutral quantile, at rest while the head is turned or bent away."""

    def signal(observations: Sequence[Observation]) -> Signal:
        yaw, pitch = _resting(_yaw, observations), _resting(_pitch, observations)
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
    return abs(one.yaw - yaw) < LEVEL and abs(one.pitch - pitch) < LEVEL


def _eyes(observations: Sequence[Observation]) -> Signal:
    """Return how far the eyes are closed, 0–1."""
    signal = _faced(lambda one: one.eyes_open, 0.75, relative=True)(observations)
    return [None if value is None else -value for value in signal]


SIGNALS: dict[str, Callable[[Sequence[Observation]], Signal]] = {
    **dict.fromkeys(("turn_left", "turn_left_slightly", "turn_left_slowly"), _turn(+1)),
    **dict.fromkeys(("turn_right", "turn_right_slightly", "turn_right_slowly"), _turn(-1)),
    "nod": _nod,
    "closer": _faced(lambda one: one.size or None, 0.25, relative=True),
    "open_mouth": _faced(lambda one: one.mouth_open, 0.25, relative=False),
    "smile": _faced(lambda one: one.smile, 0.2, relative=True),
    "close_eyes": _eyes,
    "blink": _eyes,
}
