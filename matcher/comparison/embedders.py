"""Two embedding engines whose errors differ: SFace and dlib's ResNet."""

import cv2
import face_recognition
import numpy as np
from PIL import ImageFile

from matcher.engines import choice as engines
from matcher.protocol import Picture, Vector
from matcher.weights import Weights

# Importing face_recognition makes Pillow accept truncated pictures process-wide: undo that.
ImageFile.LOAD_TRUNCATED_IMAGES = False


class SFace:
    """SFace (Zhong et al. 2021, IEEE TIP 30, 2587–2598): 128 floats of unit length, compared by cosine."""

    def __init__(self, weights: Weights) -> None:
        self._aligner = cv2.FaceRecognizerSF.create(str(weights.file), "")
        self._kernel = engines.sface(weights)

    @property
    def engine(self) -> str:
        """Return the name of the engine that runs the net."""
        return self._kernel.engine

    def embed(self, picture: Picture, landmarks: Vector) -> Vector:
        """Return the mean embedding of the face with these five landmarks (5, 2) and its mirror image."""
        crop = self.aligned(picture, landmarks)
        return unit(self.forward(crop) + self.forward(np.ascontiguousarray(crop[:, ::-1])))

    def quick(self, picture: Picture, landmarks: Vector) -> Vector:
        """Return the embedding without the mirror image, at half the cost."""
        return self.forward(self.aligned(picture, landmarks))

    def aligned(self, picture: Picture, landmarks: Vector) -> Picture:
        """Return the face at 112 × 112 px with its five landmarks (5, 2) where the net expects them."""
        # A row in YuNet's format; alignCrop reads only the landmarks.
        row = np.concatenate([np.zeros(4), landmarks.reshape(10), [1.0]])
        crop = self._aligner.alignCrop(picture, row.astype(np.float32).reshape(1, -1))
        return np.asarray(crop, np.uint8)

    def forward(self, crop: Picture) -> Vector:
        """Return the embedding of an aligned face."""
        return unit(self._kernel(crop)[0])


class Dlib:
    """dlib's ResNet through face_recognition (King 2017): 128 floats, compared by Euclidean distance."""

    def embed(self, picture: Picture, box: tuple[float, float, float, float]) -> Vector:
        """Return the encoding of the face at this box in px (dlib's own detector is not run)."""
        location = dlib_edges(box)
        rgb = np.ascontiguousarray(picture[:, :, ::-1])
        return np.asarray(face_recognition.face_encodings(rgb, [location], 1, "small")[0], np.float32)


def dlib_edges(box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """Return top, right, bottom and left of the squarer box that dlib's landmark file expects."""
    x, y, width, height = box
    side, centre_x, centre_y = (width + height) / 2, x + width / 2, y + height * 0.55
    edges = (centre_y - side / 2, centre_x + side / 2, centre_y + side / 2, centre_x - side / 2)
    top, right, bottom, left = (max(0, round(edge)) for edge in edges)
    return top, right, bottom, left


def unit(vector: Vector) -> Vector:
    """Return the vector scaled to unit length."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
