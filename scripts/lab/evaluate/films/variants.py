"""Live presentations under changed conditions: slower, from the side, darker, further away (`--variants`)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from scripts.lab.evaluate.changes import CHANGES, Change, Picture
from scripts.lab.evaluate.presentations import Presentation

Look = Callable[[Picture, np.random.Generator], Picture]


def _rolled(picture: Picture, _: np.random.Generator) -> Picture:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 15, 1.0)
    return cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def _lit(gain: float) -> Look:
    return lambda picture, _: np.asarray(np.clip(picture * gain, 0, 255), np.uint8)


def _low_light(picture: Picture, numbers: np.random.Generator) -> Picture:
    return np.asarray(np.clip(picture * 0.3 + numbers.normal(0, 4, picture.shape), 0, 255), np.uint8)


def _green(picture: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(np.clip(picture * np.array([0.75, 1.0, 0.8]), 0, 255), np.uint8)


def _noisy(picture: Picture, numbers: np.random.Generator) -> Picture:
    return np.asarray(np.clip(picture + numbers.normal(0, 8, picture.shape), 0, 255), np.uint8)


def _blurred(picture: Picture, _: np.random.Generator) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), 1.5)


def _compressed(picture: Picture, _: np.random.Generator) -> Picture:
    sent = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 25])[1]
    return np.asarray(cv2.imdecode(sent, cv2.IMREAD_COLOR), np.uint8)


def _far(picture: Picture, _: np.random.Generator) -> Picture:
    height, width = picture.shape[:2]
    small = cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    down, across = height - small.shape[0], width - small.shape[1]
    return cv2.copyMakeBorder(
        small, down // 2, down - down // 2, across // 2, across - across // 2, cv2.BORDER_REPLICATE
    )


def _trembling(picture: Picture, numbers: np.random.Generator) -> Picture:
    height, width = picture.shape[:2]
    across, down = numbers.normal(0, 0.015 * height, 2)
    moved = np.array([[1, 0, across], [0, 1, down]])
    return cv2.warpAffine(picture, moved, (width, height), borderMode=cv2.BORDER_REPLICATE)


LOOKS: dict[str, Look] = {
    "roll_15": _rolled,
    "exposure_half": _lit(0.5),
    "exposure_double": _lit(1.8),
    "low_light": _low_light,
    "green_tube": _green,
    "noise": _noisy,
    "blur": _blurred,
    "compression": _compressed,
    "distance": _far,
    "tremor": _trembling,
}
SPEEDS = {"half_speed": 0.5, "fast": 1.5}
RATES = {"rate_3": 3, "rate_10": 10}
ASIDE = {"aside_15": 15.0, "aside_25": 25.0}
NAMES = (*SPEEDS, *RATES, *ASIDE, *LOOKS)


def _looking(look: Look) -> Callable[[np.random.Generator], Change]:
    return lambda numbers: lambda picture, _t, _kind: look(picture, numbers)


CHANGES.update({name: _looking(look) for name, look in LOOKS.items()})


def of(name: str, live: Sequence[Presentation]) -> Iterator[Presentation]:
    """Yield live presentations under the condition `name` of NAMES."""
    for one in live:
        change = name if name in CHANGES or name in ASIDE else one.change
        speed, rate = SPEEDS.get(name, one.speed), RATES.get(name, one.rate)
        yield replace(one, variant=name, change=change, speed=speed, rate=rate)
