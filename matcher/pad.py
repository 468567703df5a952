"""Passive PAD: MiniFASNet V2 and V1SE (minivision-ai/Silent-Face-Anti-Spoofing)."""

from pathlib import Path

import cv2
import numpy as np

from matcher import weights
from matcher.protocol import Picture
from matcher.weights import Weights

SIDE = 80
LIVE = 1
Box = tuple[float, float, float, float]


class MiniFasNet:
    """Both nets on their own crop of the face with its surroundings; the mean of their P(live)."""

    def __init__(self, folder: Path) -> None:
        self.weights = [weights.beside(name, folder) for name in ("minifasnet_v2", "minifasnet_v1se")]
        self._nets = [(cv2.dnn.readNetFromONNX(str(one.file)), one) for one in self.weights]

    def live(self, picture: Picture, box: Box) -> float:
        """Return P(bona fide), 0–1, for one frame."""
        return float(np.mean([_probability(net, _crop(picture, box, one)) for net, one in self._nets]))


def _probability(net: cv2.dnn.Net, crop: Picture) -> float:
    net.setInput(cv2.dnn.blobFromImage(crop, 1.0, (SIDE, SIDE), (0, 0, 0), False, False))
    logits = np.asarray(net.forward(), np.float64).reshape(-1)
    powers = np.exp(logits - logits.max())
    return float(powers[LIVE] / powers.sum())


def _crop(picture: Picture, box: Box, one: Weights) -> Picture:
    """Return the face with its surroundings, moved so that it stays inside the picture."""
    height, width = picture.shape[:2]
    x, y, w, h = box
    scale = min((height - 1) / h, (width - 1) / w, one.crop)
    new_width, new_height = w * scale, h * scale
    left = min(max(0.0, x + w / 2 - new_width / 2), width - 1 - new_width)
    top = min(max(0.0, y + h / 2 - new_height / 2), height - 1 - new_height)
    cut = picture[int(top) : int(top + new_height) + 1, int(left) : int(left + new_width) + 1]
    return np.asarray(cv2.resize(cut, (SIDE, SIDE)), np.uint8)
