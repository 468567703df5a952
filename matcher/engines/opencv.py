"""All three nets in OpenCV: always available, and the reference for the other engines."""

import cv2
import numpy as np

from matcher.engines.kernel import DETECTED, Outputs
from matcher.protocol import Picture
from matcher.weights import Weights

ENGINE = f"opencv {cv2.__version__} fp32"


class SFaceKernel:
    """SFace in cv2.dnn; FaceRecognizerSF.feature() fails on this file in OpenCV 5.0."""

    engine = ENGINE

    def __init__(self, weights: Weights) -> None:
        self._net = cv2.dnn.readNetFromONNX(str(weights.file))

    def __call__(self, picture: Picture) -> Outputs:
        """Return the embedding (128,), not normalised, of an aligned face of 112 × 112 px."""
        self._net.setInput(cv2.dnn.blobFromImage(picture, 1.0, (112, 112), (0, 0, 0), True, False), "data")
        return (np.asarray(self._net.forward(), np.float32).reshape(-1),)


class MeshKernel:
    """The face mesh in cv2.dnn."""

    engine = ENGINE
    _OUTPUTS = ("conv2d_21", "conv2d_31")

    def __init__(self, weights: Weights) -> None:
        # The classic engine alone gives the net's second output; points and speed are the same in both.
        self._net = cv2.dnn.readNetFromTFLite(str(weights.file), cv2.dnn.ENGINE_CLASSIC)

    def __call__(self, picture: Picture) -> Outputs:
        """Return the points (1404,) in px and the logit (1,) that a crop of 192 × 192 px shows a face."""
        self._net.setInput(cv2.dnn.blobFromImage(picture, 1 / 255.0, (192, 192), (0, 0, 0), True, False))
        points, presence = self._net.forward(self._OUTPUTS)
        return np.asarray(points, np.float32).reshape(-1), np.asarray(presence, np.float32).reshape(-1)


class DetectorKernel:
    """YuNet in cv2.dnn."""

    engine = ENGINE

    def __init__(self, weights: Weights) -> None:
        self._net = cv2.dnn.readNetFromONNX(str(weights.file))

    def __call__(self, picture: Picture) -> Outputs:
        """Return the outputs DETECTED for a picture whose sides are multiples of the largest cell."""
        self._net.setInput(cv2.dnn.blobFromImage(picture))
        return tuple(np.asarray(one, np.float32).reshape(-1) for one in self._net.forward(DETECTED))
