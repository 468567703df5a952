"""Passive PAD: MiniFASNet V2 and V1SE (minivision-ai/Silent-Face-Anti-Spoofing), or any net like them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from matcher import weights
from matcher.protocol import Picture, Vector
from matcher.weights import Preprocessing

SURE = 4.0
TILTED = 8.0
# PAD is not believed against faces dimmer than DIM (mean grey level; one of 56 people is).
# A face darker than DARK is judged as if it were as bright as LIT.
DIM, DARK, LIT = 70.0, 60.0, 110.0
Box = tuple[float, float, float, float]


class PadNets:
    """Nets that each judge their own crop of the face with its surroundings; P(live) is pooled.

    weights.toml says how each crop is made. Raises WrongWeights.
    """

    def __init__(self, folder: Path, names: Sequence[str] = weights.PAD_NETS) -> None:
        self.weights = [weights.beside(name, folder) for name in names]
        self._nets = [
            (cv2.dnn.readNetFromONNX(str(one.file)), one.preprocessing)
            for one in self.weights
            if one.preprocessing
        ]

    def live(self, picture: Picture, box: Box) -> float:
        """Return P(bona fide), 0–1, for the face at this box (x, y, width, height in px) of one frame."""
        return pooled([_probability(net, picture, box, how) for net, how in self._nets])


def upright(picture: Picture, box: Box, landmarks: Vector) -> Picture:
    """Return the picture rotated about the face so that the eyes are level, if they are over 8° off.

    `landmarks` (5, 2) in px begin with the subject's right and left eye. The nets saw upright faces.
    """
    across, down = landmarks[1] - landmarks[0]
    tilt = float(np.degrees(np.arctan2(down, across)))
    if abs(tilt) < TILTED:
        return picture
    x, y, w, h = box
    turn = cv2.getRotationMatrix2D((x + w / 2, y + h / 2), tilt, 1.0)
    size = picture.shape[1], picture.shape[0]
    return np.asarray(cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def lit(picture: Picture, brightness: float) -> Picture:
    """Return the picture of a dark face, of this mean grey level, with all its light multiplied.

    The nets call dark faces fake, most of all noisy ones; gamma makes it worse (decision 0131).
    """
    if brightness >= DARK:
        return picture
    return cv2.convertScaleAbs(picture, alpha=LIT / max(brightness, 1.0)).astype(np.uint8, copy=False)


def pooled(chances: Sequence[float]) -> float:
    """Return the pooled probability of several (0–1, at least one): the logistic of their mean logit.

    The logarithmic opinion pool (Genest & Zidek 1986). A logit counts for SURE at most, so that a few sure
    frames do not outweigh a doubtful film.
    """
    inside = np.clip(np.asarray(chances, np.float64), 1e-9, 1 - 1e-9)
    mean = float(np.clip(np.log(inside / (1 - inside)), -SURE, SURE).mean())
    return float(1 / (1 + np.exp(-mean)))


def _probability(net: cv2.dnn.Net, picture: Picture, box: Box, how: Preprocessing) -> float:
    crop = _black(picture, box, how.crop) if how.outside == "black" else _moved(picture, box, how.crop)
    size, rgb = (how.side, how.side), how.channels == "RGB"
    net.setInput(cv2.dnn.blobFromImage(cv2.resize(crop, size), how.scale, size, (0, 0, 0), rgb, False))
    logits = np.asarray(net.forward(), np.float64).reshape(-1)
    powers = np.exp(logits - logits.max())
    return float(powers[how.live] / powers.sum())


def _moved(picture: Picture, box: Box, times: float) -> Picture:
    """Return the face with its surroundings, moved so that it stays inside the picture."""
    height, width = picture.shape[:2]
    x, y, w, h = box
    scale = min((height - 1) / h, (width - 1) / w, times)
    new_width, new_height = w * scale, h * scale
    left = min(max(0.0, x + w / 2 - new_width / 2), width - 1 - new_width)
    top = min(max(0.0, y + h / 2 - new_height / 2), height - 1 - new_height)
    return picture[int(top) : int(top + new_height) + 1, int(left) : int(left + new_width) + 1]


def _black(picture: Picture, box: Box, times: float) -> Picture:
    """Return a square around the face, black outside the picture."""
    x, y, w, h = box
    side = max(2, round(max(w, h) * times))
    to_middle = np.array([[1, 0, side / 2 - x - w / 2], [0, 1, side / 2 - y - h / 2]])
    return np.asarray(cv2.warpAffine(picture, to_middle, (side, side)), np.uint8)
