"""What is wrong with a frame or a photo, the most useful thing first (ISO/IEC 29794-5 components)."""

from dataclasses import dataclass

import cv2
import numpy as np

from matcher.detector import Face
from matcher.mesh import Reading
from matcher.protocol import Picture

CHIP = 112


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a picture stops being usable.

    `smallest` and `largest` face height over picture height; `eyes` least distance between the
    eyes in px; `sharp` least variance of the Laplacian at 112 px; `turned` most yaw or pitch off
    the camera in degrees, None where turning is what was asked for; `covered` whether mouth, eyes and
    forehead must be free.
    """

    smallest: float
    largest: float
    eyes: float
    sharp: float
    turned: float | None
    covered: bool


MOTION = Limits(smallest=0.18, largest=0.97, eyes=14.0, sharp=12.0, turned=None, covered=False)
EVIDENCE = Limits(smallest=0.18, largest=0.97, eyes=28.0, sharp=12.0, turned=None, covered=True)
PORTRAIT = Limits(smallest=0.0, largest=1.5, eyes=18.0, sharp=12.0, turned=35.0, covered=True)
DARK, BRIGHT = 35.0, 235.0
# Of faces that look at the camera: a covered one is less sure a face to the detector, or two-coloured.
# Uncovered faces: sureness 0.90 and more in 99 of 100 (LFW), 0.91 in the films; colour 0–11, up to 16 after a
# palette. Painted masks: sureness 0.84–0.92, coloured ones 15–45: about half of the masks are seen.
FRONTAL = 25.0
SURE = 0.895
COLOUR = 17.0


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
    sureness: float
    cover: float

    @property
    def covered(self) -> bool:
        """Tell whether a hand, a mask or glasses hide part of a face that looks at the camera."""
        frontal = max(abs(self.yaw), abs(self.pitch)) <= FRONTAL
        return frontal and (self.sureness < SURE or self.cover > COLOUR)

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
            "face_occlusion": float(self.covered),
        }


def measure(picture: Picture, faces: list[Face], mesh: Reading) -> Quality:
    """Return the components for the largest face."""
    face = faces[0]
    chip = _chip(picture, face)
    return Quality(
        faces=len(faces),
        size=face.height / picture.shape[0],
        inter_eye_px=float(np.linalg.norm(face.landmarks[1] - face.landmarks[0])),
        brightness=float(chip.mean()),
        sharpness=float(cv2.Laplacian(chip, cv2.CV_64F).var()),
        yaw=mesh.expression.yaw,
        pitch=mesh.expression.pitch,
        sureness=face.confidence,
        cover=mesh.cover,
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
    if limits.covered and quality.covered:
        return "covered"
    return None
