"""Simulates a phone screen's light on the face in a film."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from matcher.liveness.colour import LAGS_MS
from matcher.models import Models
from matcher.observe import look
from matcher.types import Frame, FrameKind, Observation, Shown
from scripts.demo.film import Film

SIDE, QUALITY, STEP_MS = 320, 0.5, 200
GRID_MS = 100
LONGEST_S = 25.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Moment:
    """A sampled frame of a film: time in ms, picture at motion size, the face's box if found."""

    t_ms: int
    picture: np.ndarray
    box: Box | None


def moments(models: Models, film: Path) -> list[Moment]:
    """Return a film sampled every GRID_MS."""
    asked = {"motion": {"max_side": SIDE, "quality": 1.0, "fps": 1000 / GRID_MS}, "evidence": {"at_ms": []}}
    found = []
    for shot in Film(film, 0.0, LONGEST_S).shots(asked):
        view = look(models, Frame(shot.seq, shot.t_ms, FrameKind(shot.kind), shot.image))
        found.append(Moment(shot.t_ms, view.picture, view.faces[0].box if view.faces else None))
    return found


def length_ms(colours: Sequence[Shown]) -> int:
    """Return the film length in ms that a challenge with these colours needs."""
    return sum(one.ms for one in colours) + int(LAGS_MS[-1])


def filmed(
    models: Models, film: Sequence[Moment], colours: Sequence[Shown], lag_ms: int, share: float
) -> list[Observation]:
    """Return the observations of a stretch of film, with the screen adding a share of the ambient light.

    The first colour is shown `lag_ms` after the first frame.
    """
    seen = []
    for seq, moment in enumerate(one for one in film if (one.t_ms - film[0].t_ms) % STEP_MS == 0):
        t_ms = moment.t_ms - film[0].t_ms
        colour = _on(colours, t_ms - lag_ms)
        picture = lit(moment.picture, moment.box, colour, share) if colour and share else moment.picture
        image = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, round(100 * QUALITY)])[1].tobytes()
        view = look(models, Frame(seq, t_ms, FrameKind.MOTION, image))
        skin = view.mesh.skin if view.mesh else None
        seen.append(Observation(seq, t_ms, FrameKind.MOTION, "", "", len(view.faces), skin=skin))
    return seen


def _on(colours: Sequence[Shown], t_ms: int) -> str | None:
    """Return the screen's colour at a time after the first one appeared."""
    for one in colours if t_ms >= 0 else ():
        if t_ms < one.ms:
            return one.rgb
        t_ms -= one.ms
    return None


def lit(picture: np.ndarray, box: Box | None, rgb: str, share: float) -> np.ndarray:
    """Return the picture with the face lit: linear pixel × (1 + share · colour), feathered at the edge.

    Assumes equal reflectance for both lights; `share` is a white screen's light relative to the ambient one.
    """
    if box is None:
        return picture
    x, y, w, h = box
    mask = np.zeros(picture.shape[:2], np.float32)
    cv2.ellipse(
        mask, (round(x + w / 2), round(y + h / 2)), (round(0.6 * w), round(0.6 * h)), 0, 0, 360, 1.0, -1
    )
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.06 * h))
    bgr = np.array([int(rgb[i : i + 2], 16) / 255 for i in (5, 3, 1)], np.float32)
    light = _linear(picture / 255) * (1 + share * soft[..., None] * bgr)
    return np.clip(np.round(255 * _encoded(light)), 0, 255).astype(np.uint8)


def _linear(value: np.ndarray) -> np.ndarray:
    """Return linear light, 0–1, of sRGB values (IEC 61966-2-1)."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _encoded(light: np.ndarray) -> np.ndarray:
    """Return the sRGB values of linear light."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
