"""Fingerprints of frames and faces, to recognise what was filmed before. Needs no image library."""

import base64
import hashlib

import numpy as np

from matcher.protocol import Vector

# The bits of odd horizontal frequencies in a perceptual hash: those change sign in a mirror.
MIRROR = sum(1 << place for place in range(64) if place % 2)


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
