"""Pose, eyes and mouth from the 468-point face mesh (Kartynnik et al. 2019, arXiv:1907.06724)."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from matcher.engines import choice as engines
from matcher.imaging import skin
from matcher.imaging.cover import Signs, signs
from matcher.imaging.detector import Face
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


@dataclass(frozen=True, slots=True)
class Expression:
    """Pose and expression of one face; units as in Observation."""

    yaw: float
    pitch: float
    roll: float
    eyes_open: float
    mouth_open: float
    smile: float


class Surface(NamedTuple):
    """What the net says of a level crop (192, 192, 3): points (468, 3) in its px, `presence` of a face."""

    crop: Picture
    points: Vector
    presence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One face: its expression, five landmarks (5, 2) in the picture ordered as YuNet's, the surface read."""

    expression: Expression
    landmarks: Vector
    surface: Surface

    @property
    def signs(self) -> Signs:
        """Return the signs that the face is covered."""
        return signs(*self.surface)

    @property
    def presence(self) -> float:
        """Return the net's logit that it has found a face."""
        return self.surface.presence

    @property
    def skin(self) -> tuple[float, float, float]:
        """Return the face's mean red, green and blue, 0–255."""
        return skin.colour(self.surface.crop, self.surface.points)


class Mesh:
    """The face mesh, run on a crop with level eyes."""

    def __init__(self, weights: Weights) -> None:
        self._kernel = engines.mesh(weights)

    @property
    def engine(self) -> str:
        """Return the name of the engine that runs the net."""
        return self._kernel.engine

    def read(self, picture: Picture, face: Face) -> Reading:
        """Return expression and landmarks of one face, and what its cover and colour are told from.

        Its landmarks align a face for embedding far better than the detector's own (decision 0028).
        """
        crop, roll, turn = _level(picture, face)
        points, presence = self._points(crop)
        yaw, pitch, rest = _angles(points)
        expression = Expression(
            yaw=yaw,
            pitch=pitch,
            roll=roll + rest,
            eyes_open=(_openness(points, RIGHT_EYE) + _openness(points, LEFT_EYE)) / 2,
            mouth_open=_gap(points, INNER_LIPS[:2]) / max(_gap(points, INNER_LIPS[2:]), 1e-3),
            smile=_gap(points, MOUTH_CORNERS) / max(_gap(points, OUTER_EYES), 1e-3),
        )
        return Reading(expression, _landmarks(points, turn), Surface(crop, points, presence))

    def landmarks(self, picture: Picture, face: Face) -> Vector:
        """Return only the five landmarks (5, 2) of `read`, in px: all that an embedding needs."""
        crop, _, turn = _level(picture, face)
        return _landmarks(self._points(crop)[0], turn)

    def outline(self, picture: Picture, face: Face) -> Vector:
        """Return all points (468, 2) in px of the picture."""
        crop, _, turn = _level(picture, face)
        return _back(self._points(crop)[0][:, :2], turn)

    def surface(self, picture: Picture, face: Face) -> Vector:
        """Return all points (468, 3) in px of the picture, depth on the same scale, smaller = nearer."""
        crop, _, turn = _level(picture, face)
        points = self._points(crop)[0]
        deep = points[:, 2:] / float(np.hypot(turn[0, 0], turn[0, 1]))
        return np.asarray(np.hstack([_back(points[:, :2], turn), deep]), np.float32)

    def _points(self, crop: Picture) -> tuple[Vector, float]:
        """Return the points (468, 3) in px of the crop and the logit that it shows a face."""
        points, presence = self._kernel(crop)
        return points.reshape(468, 3), float(presence[0])


def _landmarks(points: Vector, turn: np.ndarray) -> Vector:
    """Return both eyes' middles, the nose's tip and the mouth's corners in the unrotated picture."""
    flat = points[:, :2]
    eyes = [(flat[eye[0]] + flat[eye[3]]) / 2 for eye in (RIGHT_EYE, LEFT_EYE)]
    five = np.stack([*eyes, flat[NOSE_TIP], *(flat[corner] for corner in MOUTH_CORNERS)])
    return _back(five, turn)


def _back(points: Vector, turn: np.ndarray) -> Vector:
    """Return points of the crop in px of the picture."""
    back = cv2.invertAffineTransform(turn)
    return np.asarray(points @ back[:, :2].T + back[:, 2], np.float32)


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
