"""Finding faces: YuNet (Wu et al. 2023, Machine Intelligence Research 20, 656–665)."""

from dataclasses import dataclass

import cv2
import numpy as np

from matcher.engines import choice as engines
from matcher.engines.kernel import CELLS, Outputs
from matcher.protocol import Picture, Vector
from matcher.weights import Weights

LONGEST = 320
CONFIDENCE = 0.8
NMS = 0.3
MOST = 50
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
        self._kernel = engines.detector(weights)

    @property
    def engine(self) -> str:
        """Name the engine that computes it here."""
        return self._kernel.engine

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
        found = sorted((_face(row, scale) for row in self._rows(small)), key=lambda f: -f.height)
        return [face for face in found if face.height >= MATTERS * found[0].height]

    def _rows(self, small: Picture) -> Vector:
        """Return the faces as rows (n, 15): box, landmarks and confidence, overlapping ones once."""
        below, right = (-side % CELLS[-1] for side in small.shape[:2])
        framed = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT, value=0)
        rows = _decoded(self._kernel(np.asarray(framed, np.uint8)), framed.shape[1])
        boxes, sure = rows[:, :4].astype(np.int32).tolist(), rows[:, 14].tolist()
        return rows[np.asarray(cv2.dnn.NMSBoxes(boxes, sure, CONFIDENCE, NMS, top_k=MOST), np.int64)]


def _decoded(outputs: Outputs, width: int) -> Vector:
    """Return rows (n, 15) of the cells that are sure of a face, in px of the net's picture `width` wide."""
    found = []
    for cell, place in zip(CELLS, range(len(CELLS)), strict=True):
        is_face, is_thing, box, points = outputs[place :: len(CELLS)]
        sure = np.sqrt(np.clip(is_face, 0, 1) * np.clip(is_thing, 0, 1))
        kept = np.nonzero(sure >= CONFIDENCE)[0]
        at = np.stack([kept % (width // cell), kept // (width // cell)], axis=1).astype(np.float32)
        middle = (box.reshape(-1, 4)[kept, :2] + at) * cell
        size = np.exp(box.reshape(-1, 4)[kept, 2:]) * cell
        marks = (points.reshape(-1, 5, 2)[kept] + at[:, None]) * cell
        found.append(np.hstack([middle - size / 2, size, marks.reshape(-1, 10), sure[kept, None]]))
    return np.concatenate(found).astype(np.float32)


def _face(row: Vector, scale: float) -> Face:
    """Return a face of YuNet's output in the px of the full picture."""
    x, y, width, height = (float(value) / scale for value in row[:4])
    return Face(
        (x, y, width, height), np.asarray(row[4:14], np.float32).reshape(5, 2) / scale, float(row[14])
    )
