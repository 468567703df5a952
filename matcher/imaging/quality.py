"""Quality of a frame or photo (ISO/IEC 29794-5 components), and the hint on what to correct first."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from matcher.imaging.cover import Signs
from matcher.imaging.detector import Face
from matcher.imaging.mesh import Expression, Reading
from matcher.protocol import Picture
from matcher.types import Hint, PhotoQuality

CHIP = 112


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of usable pictures.

    `smallest` and `largest` face height over picture height; `eyes` least distance between the
    eyes in px; `sharp` least variance of the Laplacian at 112 px; `turned` most yaw or pitch off
    the camera in degrees, None where the subject is asked to turn; `covered` whether a covered
    face is refused; `room` least size of the picture in faces; `colour` least chroma.
    """

    smallest: float
    largest: float
    eyes: float
    sharp: float
    turned: float | None
    covered: bool
    room: float = 0.0
    colour: float = 0.0


# Below these, PAD misjudges many live faces (decision 0118).
ROOM, COLOUR = 1.1, 3.0
MOTION = Limits(smallest=0.18, largest=0.97, eyes=14.0, sharp=12.0, turned=None, covered=False)
EVIDENCE = replace(MOTION, eyes=28.0, covered=True, room=ROOM, colour=COLOUR)
PORTRAIT = Limits(smallest=0.0, largest=1.5, eyes=18.0, sharp=12.0, turned=35.0, covered=True)
DARK, DIM, BRIGHT = 35.0, 60.0, 235.0
# Pixels below and above count as under- and over-exposed (the ranges ISO/IEC 29794-5 counts for exposure).
LOST_DARK, LOST_BRIGHT = 25, 247
# How far a face may be turned for its signs of cover to be valid, and from where it counts as covered;
# measured by `python -m scripts.evaluate quality` (decision 0054).
ASIDE, NODDED = 45.0, 32.0
DOUBT = 9.0
EYES = 0.22
# Spectacles are detected on frontal faces by lines across the bridge and the temples.
FRONTAL = 25.0
# Colour differences of uncovered faces are below the first; beyond the second nothing is added.
TINTS = (8.0, 24.0)
GLASSES = 0.05


@dataclass(frozen=True, slots=True)
class Quality:
    """The measured components of one face.

    `size` face height over picture height; `inter_eye_px` px; `brightness` mean grey 0–255; `dark` and
    `bright` the shares of under- and over-exposed pixels; `even` the mean of the darker half (left or right)
    over that of the brighter; `room` the picture's lesser size in faces; `colour` the face's mean chroma;
    `sharpness` variance of the Laplacian at 112 px; `sureness` the detector's confidence, 0–1; `signs` None
    where no cover is asked for.
    """

    faces: int
    size: float
    room: float
    inter_eye_px: float
    brightness: float
    dark: float
    bright: float
    even: float
    colour: float
    sharpness: float
    sureness: float
    expression: Expression
    signs: Signs | None

    @property
    def doubt(self) -> float:
        """Return how far detector, mesh, nostrils, mouth and colour are from an uncovered face's (0 ± 3)."""
        if (signs := self.signs) is None:
            return 0.0
        low, high = TINTS
        return (
            (24.4 - signs.presence) * 0.27
            + (0.925 - self.sureness) * 100.0
            + math.log(0.034 / max(signs.nostrils, 3e-3)) * 1.4
            + math.log(0.2 / max(signs.mouth, 0.02)) * 4.6
            + (min(max(signs.colour, low), high) - low) * 0.53
        )

    @property
    def frontal(self) -> bool:
        """Tell whether the face looks at the camera."""
        return max(abs(self.expression.yaw), abs(self.expression.pitch)) <= FRONTAL

    @property
    def glasses(self) -> bool | None:
        """Tell whether spectacles are worn, None where undetectable."""
        return self.signs.frame > GLASSES if self.signs and self.frontal else None

    @property
    def judged(self) -> bool:
        """Tell whether the face is frontal enough for its signs of cover to be valid."""
        return abs(self.expression.yaw) <= ASIDE and abs(self.expression.pitch) <= NODDED

    @property
    def covered(self) -> bool:
        """Tell whether a mask, scarf, hand or dark glasses hide part of a roughly frontal face."""
        return self.judged and (self.doubt > DOUBT or (self.signs is not None and self.signs.eyes < EYES))

    def components(self) -> PhotoQuality:
        """Return the components under their names of ISO/IEC 29794-5."""
        return PhotoQuality(
            single_face_present=float(self.faces == 1),
            inter_eye_distance=self.inter_eye_px,
            head_size=self.size,
            luminance_mean=self.brightness,
            under_exposure_prevention=1.0 - self.dark,
            over_exposure_prevention=1.0 - self.bright,
            illumination_uniformity=self.even,
            sharpness=self.sharpness,
            head_pose_yaw=self.expression.yaw,
            head_pose_pitch=self.expression.pitch,
            head_pose_roll=self.expression.roll,
            eyes_open=self.expression.eyes_open,
            mouth_closed=1.0 - min(1.0, self.expression.mouth_open),
            eyes_visible=float(self.signs is None or self.signs.eyes >= EYES),
            face_occlusion_prevention=float(not self.covered),
        )


def measure(picture: Picture, faces: list[Face], mesh: Reading, *, cover: bool = True) -> Quality:
    """Return the components for the largest face; the signs of a `cover` cost most and may be left out."""
    face = faces[0]
    region = _region(picture, face)
    grey = cv2.cvtColor(region, cv2.COLOR_BGR2GRAY)
    chip = cv2.resize(grey, (CHIP, CHIP), interpolation=cv2.INTER_AREA)
    darker, brighter = sorted(cv2.mean(half)[0] for half in (chip[:, : CHIP // 2], chip[:, CHIP // 2 :]))
    _, spread = cv2.meanStdDev(cv2.Laplacian(chip, cv2.CV_16S))
    return Quality(
        faces=len(faces),
        size=face.height / picture.shape[0],
        room=min(picture.shape[0] / face.height, picture.shape[1] / max(face.box[2], 1.0)),
        inter_eye_px=float(np.linalg.norm(face.landmarks[1] - face.landmarks[0])),
        brightness=cv2.mean(chip)[0],
        dark=np.count_nonzero(chip <= LOST_DARK) / chip.size,
        bright=np.count_nonzero(chip >= LOST_BRIGHT) / chip.size,
        even=darker / max(brighter, 1.0),
        colour=_chroma(region),
        sharpness=float(spread[0, 0]) ** 2,
        sureness=face.confidence,
        expression=mesh.expression,
        signs=mesh.signs if cover else None,
    )


def _region(picture: Picture, face: Face) -> Picture:
    """Return the part of the face's box inside the picture."""
    x, y, width, height = (max(0, round(value)) for value in face.box)
    return picture[y : y + max(1, height), x : x + max(1, width)]


def _chroma(region: Picture) -> float:
    """Return the mean distance of the face's colours from grey in CIELAB, 0 and more."""
    small = cv2.resize(region, (CHIP // 4, CHIP // 4), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32) - 128
    return cv2.mean(cv2.magnitude(lab[..., 1], lab[..., 2]))[0]


def hint(quality: Quality | None, limits: Limits) -> Hint | None:
    """Return the most important defect to correct, or None."""
    if quality is None:
        return Hint.NO_FACE
    if quality.faces > 1:
        return Hint.TWO_FACES
    if quality.brightness < DARK:
        return Hint.TOO_DARK
    if quality.brightness > BRIGHT:
        return Hint.TOO_BRIGHT
    if quality.size < limits.smallest or quality.inter_eye_px < limits.eyes:
        return Hint.TOO_FAR
    if quality.size > limits.largest or quality.room < limits.room:
        return Hint.TOO_CLOSE
    pose = quality.expression
    if limits.turned is not None and max(abs(pose.yaw), abs(pose.pitch)) > limits.turned:
        return Hint.TURNED
    if quality.sharpness < limits.sharp:
        # Low light also lowers contrast: report the light.
        return Hint.TOO_DARK if quality.brightness < DIM else Hint.BLURRED
    if limits.covered and quality.covered:
        return Hint.COVERED
    if quality.colour < limits.colour:
        return Hint.COLOURLESS
    return None
