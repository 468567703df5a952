"""What is wrong with a frame or a photo, the most useful thing first (ISO/IEC 29794-5 components)."""

from dataclasses import dataclass

import cv2
import numpy as np

from matcher.detector import Face
from matcher.mesh import Expression
from matcher.protocol import Picture

CHIP = 112


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a picture stops being usable.

    `smallest` and `largest` face height over picture height; `eyes` least distance between the
    eyes in px; `sharp` least variance of the Laplacian at 112 px; `turned` most yaw or pitch off
    the camera in degrees, None where turning is what was asked for.
    """

    smallest: float
    largest: float
    eyes: float
    sharp: float
    turned: float | None


MOTION = Limits(smallest=0.18, largest=0.97, eyes=14.0, sharp=12.0, turned=None)
EVIDENCE = Limits(smallest=0.18, largest=0.97, eyes=28.0, sharp=12.0, turned=None)
PORTRAIT = Limits(smallest=0.0, largest=1.5, eyes=18.0, sharp=12.0, turned=35.0)
DARK, BRIGHT = 35.0, 235.0


@dataclass(frozen=True, slots=True)
class Quality:
    """The measured components of one face."""

    faces: int
    size: float
    inter_eye_px: float
    brightness: float
    sharpness: float
    yaw: float
    pitch: float

    def to_json(self) -> dict[str, float]:
        """Return the components under their names of ISO/IEC 29794-5."""
        return {
            "single_face": float(self.faces == 1),
            "inter_eye_distance_px": self.inter_eye_px,
            "face_height_share": self.size,
            "illumination": self.brightness,
            "sharpness": self.sharpness,
            "yaw_deg": self.yaw,
            "pitch_deg": self.pitch,
        }


def measure(picture: Picture, faces: list[Face], expression: Expression) -> Quality:
    """Return the components for the largest face."""
    face = faces[0]
    chip = _chip(picture, face)
    return Quality(
        faces=len(faces),
        size=face.height / picture.shape[0],
        inter_eye_px=float(np.linalg.norm(face.landmarks[1] - face.landmarks[0])),
        brightness=float(chip.mean()),
        sharpness=float(cv2.Laplacian(chip, cv2.CV_64F).var()),
        yaw=expression.yaw,
        pitch=expression.pitch,
    )


def _chip(picture: Picture, face: Face) -> Picture:
    """Return the face in grey at 112 px."""
    x, y, width, height = (max(0, round(value)) for value in face.box)
    region = picture[y : y + max(1, height), x : x + max(1, width)]
    grey = cv2.cvtColor(region, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, (CHIP, CHIP), interpolation=cv2.INTER_AREA), np.uint8)


def hint(quality: Quality | None, limits: Limits) -> str | None:
    """Return the one thing to put right first, or None."""
    if quality is None:
        return "no_face"
    if quality.faces > 1:
        return "two_faces"
    if quality.brightness < DARK:
        return "too_dark"
    if quality.brightness > BRIGHT:
        return "too_bright"
    if quality.size < limits.smallest or quality.inter_eye_px < limits.eyes:
        return "too_far"
    if quality.size > limits.largest:
        return "too_close"
    if limits.turned is not None and max(abs(quality.yaw), abs(quality.pitch)) > limits.turned:
        return "turned"
    if quality.sharpness < limits.sharp:
        return "blurred"
    return None
