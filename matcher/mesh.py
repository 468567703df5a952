"""Pose, eyes and mouth from the 468-point face mesh (Kartynnik et al. 2019, arXiv:1907.06724)."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from matcher import skin
from matcher.detector import Face
from matcher.protocol import Picture, Vector
from matcher.weights import Weights

SIDE = 192
MARGIN = 1.5
# Indices of the canonical face mesh (mediapipe, face_geometry/data/canonical_face_model_uv_visualization).
RIGHT_EYE = (33, 160, 158, 133, 153, 144)
LEFT_EYE = (362, 385, 387, 263, 373, 380)
INNER_LIPS = (13, 14, 78, 308)
MOUTH_CORNERS = (61, 291)
OUTER_EYES = (33, 263)
FOREHEAD, CHIN = 10, 152
NOSE_TIP = 1
# Patches of skin: cheekbones and bridge of the nose above; chin and both lower cheeks below.
UPPER_SKIN = ((116,), (345,), (168,))
LOWER_SKIN = ((17, 199), (205, 214), (425, 434))
PATCH = 6


@dataclass(frozen=True, slots=True)
class Expression:
    """What the mesh tells; units as in Observation."""

    yaw: float
    pitch: float
    roll: float
    eyes_open: float
    mouth_open: float
    smile: float


class Reading(NamedTuple):
    """One face: its expression, five landmarks (5, 2) in the picture ordered as YuNet's, and `cover`.

    `cover` is how far the colour of the lower face is from the upper one's (CIELAB chroma, 0–200): skin
    gives 0–11, a coloured mask 15 and more. `skin` is the face's mean red, green and blue, 0–255.
    """

    expression: Expression
    landmarks: Vector
    cover: float
    skin: tuple[float, float, float]


class Mesh:
    """The face mesh on a crop whose eyes are level."""

    def __init__(self, weights: Weights) -> None:
        self._net = cv2.dnn.readNetFromTFLite(str(weights.file))

    def read(self, picture: Picture, face: Face) -> Reading:
        """Return what the mesh tells of one face.

        Its landmarks align a face for embedding far better than the detector's own (DECISIONS.md).
        """
        crop, roll, turn = _level(picture, face)
        self._net.setInput(cv2.dnn.blobFromImage(crop, 1 / 255.0, (SIDE, SIDE), (0, 0, 0), True, False))
        points = np.asarray(self._net.forward(), np.float32).reshape(468, 3)
        yaw, pitch, rest = _angles(points)
        expression = Expression(
            yaw=yaw,
            pitch=pitch,
            roll=roll + rest,
            eyes_open=(_openness(points, RIGHT_EYE) + _openness(points, LEFT_EYE)) / 2,
            mouth_open=_gap(points, INNER_LIPS[:2]) / max(_gap(points, INNER_LIPS[2:]), 1e-3),
            smile=_gap(points, MOUTH_CORNERS) / max(_gap(points, OUTER_EYES), 1e-3),
        )
        return Reading(expression, _landmarks(points, turn), _cover(crop, points), skin.colour(crop, points))


def _cover(crop: Picture, points: Vector) -> float:
    """Return the distance in colour between the middle patch above and the middle patch below."""
    patches = np.stack([_patch(crop, points[list(at), :2].mean(0)) for at in UPPER_SKIN + LOWER_SKIN])
    lab = cv2.cvtColor(patches.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    colours = np.median(lab[:, :, 1:], axis=1)
    upper, lower = np.median(colours[: len(UPPER_SKIN)], 0), np.median(colours[len(UPPER_SKIN) :], 0)
    return float(np.linalg.norm(upper - lower))


def _patch(crop: Picture, at: Vector) -> Picture:
    """Return the pixels (n, 3) around a point, kept inside the crop."""
    x, y = (int(min(max(value, PATCH), SIDE - PATCH - 1)) for value in at)
    return crop[y - PATCH : y + PATCH + 1, x - PATCH : x + PATCH + 1].reshape(-1, 3)


def _landmarks(points: Vector, turn: np.ndarray) -> Vector:
    """Return both eyes' middles, the nose's tip and the mouth's corners, turned back into the picture."""
    flat = points[:, :2]
    eyes = [(flat[eye[0]] + flat[eye[3]]) / 2 for eye in (RIGHT_EYE, LEFT_EYE)]
    five = np.stack([*eyes, flat[NOSE_TIP], *(flat[corner] for corner in MOUTH_CORNERS)])
    back = cv2.invertAffineTransform(turn)
    return np.asarray(five @ back[:, :2].T + back[:, 2], np.float32)


def _level(picture: Picture, face: Face) -> tuple[Picture, float, np.ndarray]:
    """Return a square around the face with level eyes, the turn in degrees, and the whole transform."""
    right, left = face.landmarks[0], face.landmarks[1]
    roll = math.degrees(math.atan2(float(left[1] - right[1]), float(left[0] - right[0])))
    x, y, width, height = face.box
    scale = SIDE / (MARGIN * max(width, height))
    turn: np.ndarray = cv2.getRotationMatrix2D((x + width / 2, y + height / 2), roll, scale)
    turn[:, 2] += np.array([SIDE / 2 - x - width / 2, SIDE / 2 - y - height / 2])
    return np.asarray(cv2.warpAffine(picture, turn, (SIDE, SIDE)), dtype=np.uint8), roll, turn


def _angles(points: Vector) -> tuple[float, float, float]:
    """Return yaw, pitch and remaining roll of the plane through eyes, forehead and chin."""
    across = points[OUTER_EYES[1]] - points[OUTER_EYES[0]]
    down = points[CHIN] - points[FOREHEAD]
    yaw = math.degrees(math.atan2(float(across[2]), float(across[0])))
    pitch = math.degrees(math.atan2(float(down[2]), float(down[1])))
    roll = math.degrees(math.atan2(float(across[1]), float(across[0])))
    return yaw, pitch, roll


def _openness(points: Vector, eye: tuple[int, ...]) -> float:
    """Return the eye aspect ratio of Soukupová & Čech (CVWW 2016)."""
    corner, top1, top2, other, low2, low1 = eye
    return (_gap(points, (top1, low1)) + _gap(points, (top2, low2))) / max(
        2 * _gap(points, (corner, other)), 1e-3
    )


def _gap(points: Vector, pair: tuple[int, ...]) -> float:
    """Return the distance of two points in space."""
    return float(np.linalg.norm(points[pair[0]] - points[pair[1]]))
