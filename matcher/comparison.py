"""From templates to one comparison score."""

from collections.abc import Iterable, Sequence

import numpy as np

from matcher.protocol import Vector
from matcher.types import Template

# Chosen on LFW and KinFaceW pairs; DECISIONS.md has the figures and the commands that print them.
DLIB_EVEN = 0.47
DLIB_WEIGHT = 0.5


def sface(probes: Sequence[Vector], references: Iterable[Template]) -> float | None:
    """Return the cosine (−1…1) of the probes' mean to the nearest reference; None without either."""
    vectors = _of(references, "sface")
    if not probes or not vectors:
        return None
    mean = np.mean(np.stack(probes), axis=0)
    mean = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return float(max(mean @ vector for vector in vectors))


def dlib(probe: Vector, references: Iterable[Template]) -> float | None:
    """Return the Euclidean distance (0–2, same person below about 0.5) to the nearest reference."""
    vectors = _of(references, "dlib")
    return float(min(np.linalg.norm(probe - vector) for vector in vectors)) if vectors else None


def fused(cosine: float, distance: float | None) -> float:
    """Return one score on SFace's scale: higher is more alike, monotone in both engines."""
    if distance is None:
        return cosine
    return cosine + DLIB_WEIGHT * (DLIB_EVEN - distance)


def _of(templates: Iterable[Template], engine: str) -> list[Vector]:
    """Return the vectors of one engine."""
    return [np.asarray(one.vector, np.float32) for one in templates if one.engine == engine]
