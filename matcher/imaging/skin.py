"""The mean colour of a face, for its response to the screen's colours."""

import cv2
import numpy as np

from matcher.protocol import Picture, Vector

# The outline is shrunk to this share to exclude hair and background.
INSIDE = 0.92


def colour(crop: Picture, points: Vector) -> tuple[float, float, float]:
    """Return mean red, green and blue (0–255, as encoded) inside the outline of a mesh's points (n, 2).

    A change of light multiplies every pixel alike, so the mean of gamma-encoded values serves as well as
    that of linear light; on real film it is steadier than patches of cheek and forehead (decision 0014).
    """
    flat = np.asarray(points[:, :2], np.float32)
    outline = cv2.convexHull(flat.mean(axis=0) + INSIDE * (flat - flat.mean(axis=0)))
    inside = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, np.asarray(outline, np.int32), 255)
    blue, green, red = cv2.mean(crop, inside)[:3]
    return float(red), float(green), float(blue)
