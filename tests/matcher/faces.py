"""Real photos, and modifications painted on them."""

from functools import cache

import cv2
import numpy as np

from matcher import weights
from matcher.imaging import decode
from matcher.imaging.detector import Detector
from matcher.imaging.mesh import Mesh
from scripts.demo.film import samples

RIGHT_EYE, LEFT_EYE, BRIDGE, EARS = (33, 133), (362, 263), (193, 417), (127, 356)


def photo(name: str) -> np.ndarray:
    """Return a sample photo as an evidence frame."""
    return decode.photo((samples() / name).read_bytes(), 640)


@cache
def outline(name: str) -> np.ndarray:
    """Return the mesh's points on a sample photo."""
    picture = photo(name)
    face = Detector(weights.packaged("yunet")).faces(picture)[0]
    return Mesh(weights.packaged("mesh")).outline(picture, face)


def beside(name: str, other: str, share: float) -> np.ndarray:
    """Return a photo with another beside it, at a share of its height."""
    first, second = photo(name), photo(other)
    height = round(first.shape[0] * share)
    small = cv2.resize(second, (round(second.shape[1] * height / second.shape[0]), height))
    canvas = np.full((first.shape[0], first.shape[1] + small.shape[1], 3), 127, np.uint8)
    canvas[:, : first.shape[1]] = first
    canvas[:height, first.shape[1] :] = small
    return canvas


def glasses(name: str) -> np.ndarray:
    """Return a sample photo with dark-rimmed spectacles."""
    picture, points = photo(name).copy(), outline(name)
    width = float(np.linalg.norm(points[RIGHT_EYE[0]] - points[LEFT_EYE[1]]))
    rim = max(2, round(width * 0.035))
    for eye, ear in zip((RIGHT_EYE, LEFT_EYE), EARS, strict=True):
        centre = points[list(eye)].mean(0) + [0, 0.04 * width]
        size = (round(0.24 * width), round(0.17 * width))
        cv2.ellipse(picture, tuple(int(v) for v in centre), size, 0, 0, 360, (25, 25, 25), rim, cv2.LINE_AA)
        outer = centre + (points[ear] - centre) * 0.24 * width / np.linalg.norm(points[ear] - centre)
        _stroke(picture, outer, points[ear], rim)
    _stroke(picture, points[BRIDGE[0]], points[BRIDGE[1]], rim)
    return picture


def _stroke(picture: np.ndarray, start: np.ndarray, end: np.ndarray, rim: int) -> None:
    ends = [tuple(int(value) for value in point) for point in (start, end)]
    cv2.line(picture, ends[0], ends[1], (25, 25, 25), rim, cv2.LINE_AA)
