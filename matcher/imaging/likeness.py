"""Perceptual hash and thumbnail of a frame, for comparison with later frames."""

import base64

import cv2
import numpy as np

from matcher.protocol import Picture, Vector

Box = tuple[float, float, float, float]
THUMBNAIL = 16
# Rows of a face at 112 px with eyes, nose and mouth, its columns without the background, how many frequencies
# of each band are kept, and where the eyes are put.
BANDS, COLUMNS = ((28, 60), (56, 88), (80, 112)), (8, 104)
BAND_SIZE, ACROSS, DOWN = (56, 16), 24, 16
SIDE, EYES = 112, ((38, 50), (74, 50))


def perceptual(chip: Picture) -> str:
    """Return 63 bits (hex) that survive re-encoding: the signs of a face's low frequencies.

    `chip` is the face with its landmarks in fixed places, or the whole frame without a face. The DCT hash
    of Zauner 2010 (pHash), but against zero: then XOR with
    matcher.liveness.fingerprint.MIRROR gives the hash of the mirror image.
    """
    small = cv2.resize(cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY), (32, 32), interpolation=cv2.INTER_AREA)
    positive = cv2.dct(np.asarray(small, np.float32))[:8, :8].reshape(-1) > 0
    positive[0] = False
    return f"{sum(1 << place for place, bit in enumerate(positive) if bit):016x}"


def texture(picture: Picture, landmarks: Vector, chip: Picture) -> str:
    """Return the creases of a face, base64 of 384 bits a band: the signs of its frequencies.

    One picture encoded twice differs in few bits, a living face's next one a fifth of a second on in more.
    Eyes and nose are put in place by the eyes alone, so that lips opened otherwise leave them where they are;
    `chip` is the face aligned by all `landmarks`.
    """
    turn = cv2.estimateAffinePartial2D(landmarks[:2], np.array(EYES, np.float32))[0]
    level = chip if turn is None else cv2.warpAffine(picture, turn, (SIDE, SIDE))
    upper, lower = (cv2.cvtColor(one, cv2.COLOR_BGR2GRAY) for one in (level, chip))
    left, right = COLUMNS
    cut = [grey[a:b, left:right] for grey, (a, b) in zip((upper, upper, lower), BANDS, strict=True)]
    small = [cv2.resize(one, BAND_SIZE, interpolation=cv2.INTER_AREA) for one in cut]
    signs = [cv2.dct(np.asarray(band, np.float32))[:DOWN, :ACROSS] > 0 for band in small]
    return base64.b64encode(np.packbits(np.stack(signs)).tobytes()).decode()


def thumbnail(picture: Picture, box: Box) -> str:
    """Return the face in 16 × 16 grey levels, base64."""
    return base64.b64encode(_grey(picture, box).tobytes()).decode()


def difference(picture: Picture, box: Box, earlier: str) -> float:
    """Return the mean grey difference (0–255) between a box of this frame and an earlier thumbnail of it.

    Measured between neighbouring frames at 10 a second: a living face 0.7 and more (0.4 at less than half
    the light), a still photo with sensor noise and JPEG errors 0.25.
    """
    before = np.frombuffer(base64.b64decode(earlier), np.uint8).astype(np.float32)
    return float(np.abs(_grey(picture, box).reshape(-1).astype(np.float32) - before).mean())


def _grey(picture: Picture, box: Box) -> Picture:
    """Return the box in 16 × 16 grey levels."""
    x, y, width, height = (max(0, round(value)) for value in box)
    face = picture[y : y + max(1, height), x : x + max(1, width)]
    grey = cv2.cvtColor(face, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.resize(grey, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA), np.uint8)
