"""Sex and age estimated from a face, to check a reference photo against its row of an import."""

import threading

import cv2
import dlib
import numpy as np
from face_recognition.api import pose_predictor_5_point
from numpy.typing import NDArray

from matcher import weights
from matcher.comparison.embedders import dlib_edges
from matcher.protocol import Picture
from matcher.types import Looks

SEX_PX, AGE_PX, PADDING = 32, 64, 0.2
MEANS = np.array([122.781998, 117.000999, 104.297997], np.float32)
# The net's 81 classes are whole years, the first one the months before the first birthday.
YEARS = np.array([0.25, *range(1, 81)])


class LooksNets:
    """dlib's classifiers of sex and age (dlib-models, CC0), loaded at the first photo.

    Thread-safe; processes one picture at a time.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._nets: tuple[cv2.dnn.Net, cv2.dnn.Net] | None = None

    def look(self, picture: Picture, box: tuple[float, float, float, float]) -> Looks:
        """Return P(male), 0–1, and the expected age, 0–80 years, of the face at this box in px."""
        rgb = np.ascontiguousarray(picture[:, :, ::-1])
        top, right, bottom, left = dlib_edges(box)
        points = pose_predictor_5_point(rgb, dlib.rectangle(left, top, right, bottom))
        with self._turn:
            if self._nets is None:
                sex, age = (cv2.dnn.readNetFromONNX(str(weights.packaged(one).file)) for one in weights.LOOKS)
                self._nets = (sex, age)
            female_male = _told(self._nets[0], dlib.get_face_chip(rgb, points, SEX_PX, PADDING))
            ages = _told(self._nets[1], dlib.get_face_chip(rgb, points, AGE_PX, PADDING))
        return Looks(float(np.clip(female_male[1], 0.0, 1.0)), float(np.clip(ages @ YEARS, 0.0, 80.0)))


def _told(net: cv2.dnn.Net, chip: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the net's probabilities for one RGB chip."""
    values = (chip.astype(np.float32) - MEANS) / np.float32(256.0)
    net.setInput(np.ascontiguousarray(values.transpose(2, 0, 1)[None]))
    return np.asarray(net.forward(), np.float32).reshape(-1)
