"""Detect straight lines around a face: the bezel of a screen or the frame of a window on it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from matcher.protocol import Picture

LONGEST = 160
SMOOTH_PX = 0.8
# Least step across a line, in grey levels of a Sobel sum (4 × the step of the smoothed picture).
STEP = 80
# A line is followed for half a face beyond the face on both ends, leaning by up to 7 degrees.
BEYOND = 0.5
LEANS = (-0.12, -0.08, -0.04, 0.0, 0.04, 0.08, 0.12)
SIDES = 3
Box = tuple[float, float, float, float]


def bezel(picture: Picture, box: Box) -> float:
    """Return how unbroken the straight lines on three sides of a face are, 0–1.

    To the left, right, above and below the face (`box` x, y, width, height in px) the longest straight line
    is searched, as a share of twice the face's length; the third longest counts, because a screen has four
    edges and a room seldom more than two. Live films gave 0.03–0.42 a frame, a monitor 0.69–1.00 (decision
    0015).
    """
    scale = min(1.0, LONGEST / max(picture.shape[:2]))
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    smooth = np.asarray(cv2.GaussianBlur(small, (0, 0), SMOOTH_PX), np.uint8)
    x, y, w, h = (value * scale for value in box)
    upright = _beside(smooth, (x, y, w, h))
    level = _beside(np.ascontiguousarray(smooth.T), (y, x, h, w))
    return sorted((*upright, *level), reverse=True)[SIDES - 1]


def _beside(grey: NDArray[np.uint8], box: Box) -> tuple[float, float]:
    """Return the share of the longest upright line left and right of the face."""
    x, y, w, h = box
    steps = np.asarray(cv2.Sobel(grey, cv2.CV_16S, 1, 0), np.int16)[
        max(0, int(y - BEYOND * h)) : int(y + (1 + BEYOND) * h)
    ]
    return _line(steps[:, : max(0, int(x))]), _line(steps[:, max(0, int(x + w)) :])


def _line(steps: NDArray[np.int16]) -> float:
    """Return the share of the rows that the fullest straight line covers."""
    height, width = steps.shape
    if width < SIDES or height < SIDES:
        return 0.0
    best = 0.0
    for edge in (steps > STEP, steps < -STEP):
        wide = cv2.dilate(edge.astype(np.uint8) * 255, np.ones((1, 2), np.uint8))
        for lean in LEANS:
            turn = np.array([[1, lean, -lean * height / 2], [0, 1, 0]], np.float32)
            upright = cv2.warpAffine(wide, turn, (width, height), flags=cv2.INTER_NEAREST)
            best = max(best, float(cv2.reduce(upright, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F).max()) / 255)
    return best
