"""Fingerprints of frames and faces, to recognise earlier film. Needs no image library."""

import base64
import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.protocol import Vector

# The bits of odd horizontal frequencies in a perceptual hash: those change sign in a mirror.
MIRROR = sum(1 << place for place in range(64) if place % 2)

# A texture's bands (eyes, nose, mouth) and bits in each.
BANDS, BAND_BITS = 3, 384


def sha256(image: bytes) -> str:
    """Return the hex SHA-256 of the file as sent."""
    return hashlib.sha256(image).hexdigest()


def packed(vector: Vector) -> str:
    """Return a unit vector as base64 of int8 (error of a cosine below 0.01)."""
    scaled = np.round(vector * 127 / max(float(np.abs(vector).max()), 1e-9))
    return base64.b64encode(scaled.astype(np.int8).tobytes()).decode()


def unpacked(text: str) -> Vector:
    """Return the vector again, at length one."""
    vector = np.frombuffer(base64.b64decode(text), np.int8).astype(np.float32)
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def textures(shown: Sequence[str]) -> NDArray[np.float32]:
    """Return the similarity of textures by band, (BANDS, n, n): 1 equal, 0 by chance, -1 inverted.

    Raises ValueError for an invalid texture.
    """
    packed = np.frombuffer(b"".join(base64.b64decode(one) for one in shown), np.uint8)
    bits = np.unpackbits(packed.reshape(len(shown), BANDS, BAND_BITS // 8), axis=2)
    signs = np.moveaxis(bits.astype(np.float32) * 2 - 1, 1, 0)
    return np.asarray(signs @ signs.transpose(0, 2, 1) / BAND_BITS, np.float32)
