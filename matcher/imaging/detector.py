"""Finding faces: YuNet (Wu et al. 2023, Machine Intelligence Research 20, 656–665)."""

from dataclasses import dataclass

import cv2
import numpy as np

from matcher.protocol import Picture, Vector
from matcher.weights import Weights

LONGEST = 320
CONFIDENCE = 0.8
NMS = 0.3
MATTERS = 0.5


@dataclass(frozen=True, slots=True)
class Face:
    """One face: `box` x, y, width, height in px; `landmarks` (5, 2) in px, the subject's right eye first."""

    box: tuple[float, float, float, float]
    landmarks: Vector
    confidence: float

    @property
    def height(self) -> float:
        """Return the height in px."""
        return self.box[3]


class Detector:
    """YuNet on a picture shrunk to 320 px."""

    def __init__(self, weights: Weights) -> None:
        self._net = cv2.FaceDetectorYN.create(str(weights.file), "", (LONGEST, LONGEST), CONFIDENCE, NMS, 50)

    def faces(self, picture: Picture) -> list[Face]:
        """Return the faces, the largest first.

        A face less than half as high as the largest is in the background and left out.
        """
        height, width = picture.shape[:2]
        scale = min(1.0, LONGEST / max(height, width))
        small = picture
        if scale < 1.0:
            size = (round(width * scale), round(height * scale))
            small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        self._net.setInputSize((small.shape[1], small.shape[0]))
        rows = self._net.detect(small)[1]
        found = (
            sorted((_face(row, scale) for row in rows), key=lambda f: -f.height) if rows is not None else []
        )
        return [face for face in found if face.height >= MATTERS * found[0].height]


def _face(row: Vector, scale: float) -> Face:
    """Return a face of YuNet's output in the px of the full picture."""
    x, y, width, height = (float(value) / scale for value in row[:4])
    return Face(
        (x, y, width, height), np.asarray(row[4:14], np.float32).reshape(5, 2) / scale, float(row[14])
    )
