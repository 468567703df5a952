"""Comparison scores of templates, and their fusion."""

from collections.abc import Iterable, Sequence
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from matcher.protocol import Vector
from matcher.types import Embedder, Template

Score = TypeVar("Score", float, NDArray[np.float64])
# Chosen on LFW and KinFaceW pairs; figures and commands in decisions 0024 and 0029.
DLIB_EVEN = 0.47
DLIB_WEIGHT = 0.3


def sface(probes: Sequence[Vector], references: Iterable[Template]) -> float | None:
    """Return the cosine (−1…1) of the probes' mean to the nearest reference; None without either."""
    known = vectors(references, Embedder.SFACE)
    return float(max(mean(probes) @ vector for vector in known)) if probes and known else None


def mean(probes: Sequence[Vector]) -> Vector:
    """Return the probes' mean at unit length."""
    whole = np.mean(np.stack(probes), axis=0)
    return np.asarray(whole / max(float(np.linalg.norm(whole)), 1e-9), np.float32)


def dlib(probe: Vector, references: Iterable[Template]) -> float | None:
    """Return the Euclidean distance (0–2, same person below about 0.5) to the nearest reference."""
    known = vectors(references, Embedder.DLIB)
    return float(min(np.linalg.norm(probe - vector) for vector in known)) if known else None


def fused(cosine: Score, distance: Score, grey_zone: tuple[float, float]) -> Score:
    """Return one score on SFace's scale for a cosine inside the grey zone; higher is more similar.

    The result is clipped to the zone, so that a cosine above the zone always scores higher and one below it
    lower: the score is monotone in both engines. Scores may be numbers or arrays.
    """
    low, high = grey_zone
    return cast(Score, np.clip(cosine + DLIB_WEIGHT * (DLIB_EVEN - distance), low, high))


def vectors(templates: Iterable[Template], engine: Embedder) -> list[Vector]:
    """Return the vectors of one engine."""
    return [np.asarray(one.vector, np.float32) for one in templates if one.engine == engine]
