"""Model sets: the embedding nets whose templates can decide, each named by its engine.

Every set's faces are unit vectors of 128 floats. A set's similarity is their cosine, spread where the net
keeps all faces close together, so that thresholds of every set lie on one scale.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from matcher.protocol import Vector
from matcher.types import Embedder, Template

Number = TypeVar("Number", float, NDArray[np.floating])
# The cosine of two strangers is about 0.1 of SFace, 0.85–0.92 of dlib.
SPREAD = {Embedder.SFACE: 1.0, Embedder.DLIB: 8.0}


def similarity(engine: Embedder, cosine: Number) -> Number:
    """Return the similarity (−1…1) of two faces with this cosine; arrays keep their shape."""
    spread = SPREAD[engine]
    if spread == 1.0:
        return cosine
    return cast(Number, np.clip(1 - spread * (1 - cosine), -1.0, 1.0))


def faces(templates: Iterable[Template], engine: Embedder) -> list[Vector]:
    """Return the faces of one set among templates, as unit vectors (128,)."""
    return [unit(np.asarray(one.vector, np.float32), engine) for one in templates if one.engine == engine]


def unit(vector: Vector, engine: Embedder) -> Vector:
    """Return an engine's output as the set's face; SFace's has unit length already."""
    if engine is Embedder.SFACE:
        return vector
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def has(templates: Sequence[Template], engine: Embedder) -> bool:
    """Tell whether any of the templates is of this set."""
    return any(one.engine == engine for one in templates)
