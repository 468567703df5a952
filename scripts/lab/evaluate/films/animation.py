"""Animates a still photo by its face mesh (injection attack)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from matcher.imaging.detector import Detector
from matcher.imaging.mesh import Mesh
from matcher.protocol import Picture, Vector

# Indices of the canonical face mesh, as in matcher/mesh.py.
INNER_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
LOWER_LIP = (95, 88, 178, 87, 14, 317, 402, 318, 324, 146, 91, 181, 84, 17, 314, 405, 321, 375)
LIDS = (
    ((161, 160, 159, 158, 157), (163, 144, 145, 153, 154)),
    ((388, 387, 386, 385, 384), (390, 373, 374, 380, 381)),
)
CORNERS = (61, 291)
THROAT = (30, 22, 55)
REACH, OPEN = 2.0, 0.05


@dataclass(frozen=True, slots=True)
class Face:
    """A pose and expression relative to the photo.

    Degrees of `yaw` (+ towards the subject's left), `pitch` (+ down) and `roll`; `mouth` opening in mouth
    widths, `eyes` closed by this share, `smile` widening as a share of the mouth's width.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    mouth: float = 0.0
    eyes: float = 0.0
    smile: float = 0.0


class Puppet:
    """A photo (h, w, 3) BGR that can be posed; raises ValueError where no face is found."""

    def __init__(self, detector: Detector, mesh: Mesh, photo: Picture) -> None:
        faces = detector.faces(photo)
        if not faces:
            raise ValueError("no face to animate")
        self._photo = photo
        self._points = mesh.surface(photo, faces[0])
        flat = self._points[:, :2]
        self._middle = flat.mean(axis=0)
        ring = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        around = np.c_[np.cos(ring), np.sin(ring)] * REACH * float(np.ptp(flat, axis=0).max()) / 2
        self._still = np.asarray(self._middle + around, np.float32)
        self._triangles = _triangles(np.concatenate([flat, self._still]))

    def posed(self, face: Face) -> Picture:
        """Return the photo with the face posed; the displacement decays with distance from the face."""
        moved = self._turned(self._expressed(face), face)
        before = np.concatenate([self._points[:, :2], self._still])
        picture = _warped(self._photo, before, np.concatenate([moved, self._still]), self._order(face))
        return _opened(picture, moved) if face.mouth > OPEN else picture

    def _order(self, face: Face) -> NDArray[np.int64]:
        """Return the triangles in back-to-front order, so that the nose occludes the far cheek."""
        side = np.sign(face.yaw) * np.append(self._points[:, 0] - self._middle[0], self._still[:, 0] * 0)
        return self._triangles[np.argsort(-side[self._triangles].mean(axis=1))]

    def _expressed(self, face: Face) -> Vector:
        """Return the points with the expression applied to mouth and eyes."""
        points = self._points.copy()
        right, left = points[list(CORNERS)]
        wide = float(np.linalg.norm(left[:2] - right[:2]))
        below = points[:, 1] > (right[1] + left[1]) / 2
        near = np.exp(-(((points[:, 0] - (right[0] + left[0]) / 2) / wide) ** 2))
        lowered = np.where(below, 0.7 * near, 0.0)
        lowered[list(LOWER_LIP)] = near[list(LOWER_LIP)]
        lowered[list(CORNERS)] = 0.2
        points[:, 1] += lowered * face.mouth * wide
        for upper, lower in LIDS:
            points[list(upper)] += face.eyes * (points[list(lower)] - points[list(upper)])
        for corner, way in zip(CORNERS, (-1.0, 1.0), strict=True):
            pull = np.exp(-((np.linalg.norm(points[:, :2] - points[corner, :2], axis=1) / (0.4 * wide)) ** 2))
            points[:, 0] += way * pull * face.smile * wide / 2
            points[:, 1] -= pull * face.smile * wide / 5
        return points

    def _turned(self, points: Vector, face: Face) -> Vector:
        """Return the points (n, 2) rotated in space about the head's centre."""
        angles = np.radians([face.pitch, -face.yaw, face.roll])
        turn = np.eye(3)
        for axis, angle in zip(np.eye(3), angles, strict=True):
            turn = cv2.Rodrigues(axis * angle)[0] @ turn
        centre = np.append(self._middle, np.quantile(self._points[:, 2], 0.9))
        return np.asarray(((points - centre) @ turn.T + centre)[:, :2], np.float32)


def _triangles(points: Vector) -> NDArray[np.int64]:
    """Return the Delaunay triangulation of points (n, 2) as indices (m, 3)."""
    left, top = np.floor(points.min(axis=0)).astype(int) - 1
    wide, high = np.ceil(np.ptp(points, axis=0)).astype(int) + 3
    net = cv2.Subdiv2D((int(left), int(top), int(wide), int(high)))
    for point in points:
        net.insert((float(point[0]), float(point[1])))
    corners = np.asarray(net.getTriangleList()).reshape(-1, 3, 2)
    apart = ((corners[:, :, None] - points[None, None]) ** 2).sum(axis=3)
    return np.asarray(apart.argmin(axis=2)[apart.min(axis=2).max(axis=1) < 1.0], np.int64)


def _warped(picture: Picture, before: Vector, after: Vector, triangles: NDArray[np.int64]) -> Picture:
    """Return the picture warped piecewise affinely from the points `before` to `after`."""
    height, width = picture.shape[:2]
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    which = np.full((height, width), -1, np.float32)
    ways = []
    for number, corners in enumerate(triangles):
        ways.append(cv2.getAffineTransform(after[corners], before[corners]))
        cv2.fillConvexPoly(which, np.round(after[corners]).astype(np.int32), float(number))
    inside = which >= 0
    way = np.asarray(ways, np.float32)[which[inside].astype(np.int64)]
    x, y = across[inside], down[inside]
    across[inside] = way[:, 0, 0] * x + way[:, 0, 1] * y + way[:, 0, 2]
    down[inside] = way[:, 1, 0] * x + way[:, 1, 1] * y + way[:, 1, 2]
    return np.asarray(
        cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _opened(picture: Picture, points: Vector) -> Picture:
    """Return the picture with a dark mouth cavity between the lips."""
    inside = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(inside, [points[list(INNER_LIPS)].astype(np.int32)], 255)
    soft = cv2.GaussianBlur(inside, (0, 0), 1.5)[..., None] / 255.0
    return np.asarray(picture * (1 - soft) + np.array(THROAT) * soft, np.uint8)
