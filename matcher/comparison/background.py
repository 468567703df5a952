"""Adaptive score normalisation: what a face has in common with all others is subtracted from its score.

An embedding net separates faces like its training data better than others: strangers among elderly women
score 0.18 on average, strangers among young men 0.08. A face's level, its mean similarity to many others,
measures this without asking who it is (adaptive score normalisation, Matějka et al. 2017, Interspeech;
Auckenthaler et al. 2000). Unlike there, only the part above CROWDED is subtracted, so that no score rises.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.comparison import sets
from matcher.comparison.scores import mean
from matcher.protocol import Vector
from matcher.types import Background, Embedder, Template

DIMENSIONS = 128
# The level is the mean of the nearest third; levels above CROWDED are subtracted (decision 0029).
NEAREST = 1 / 3
CROWDED = 0.16
# The same template: a person is not compared with themselves.
SAME = 0.999


@dataclass(frozen=True, slots=True)
class Normalised:
    """The nearest reference's similarity (−1…1; SFace's is the cosine) and what is subtracted (0…1)."""

    cosine: float
    excess: float


def background(faces: Iterable[Iterable[Template]], engine: Embedder = Embedder.SFACE) -> Background:
    """Return the background of persons' templates of one set; one per person suffices."""
    rows = [vector for person in faces for vector in sets.faces(person, engine)]
    return Background(np.array(rows, "<f4").tobytes())


def matrix(given: Background) -> NDArray[np.float32]:
    """Return the background as (n, 128)."""
    return np.frombuffer(given.faces, "<f4").reshape(-1, DIMENSIONS)


def levels(likeness: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the mean of each row's nearest third, for cosines (…, n) to a background of n."""
    nearest = max(1, round(likeness.shape[-1] * NEAREST))
    split = likeness.shape[-1] - nearest
    top = np.partition(likeness, split, axis=-1)[..., split:]
    return np.asarray(top.mean(axis=-1), np.float64)


def excess(probe: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what two levels subtract from their faces' score."""
    return np.maximum((probe + reference) / 2 - CROWDED, 0.0)


def normalised(
    probes: Sequence[Vector],
    references: Iterable[Template],
    faces: NDArray[np.float32],
    engine: Embedder = Embedder.SFACE,
) -> Normalised | None:
    """Return the best of one set's references, normalised by (n, 128) faces; None without either side.

    Faces that are the references' own person (the same template) are left out.
    """
    known = sets.faces(references, engine)
    if not probes or not known:
        return None
    probe, theirs = mean(probes), np.stack(known)
    others = faces[(faces @ theirs.T < SAME).all(axis=1)]
    taken = np.zeros(len(known))
    if len(others):
        seen, kept = (sets.similarity(engine, one) for one in (others @ probe, theirs @ others.T))
        taken = excess(levels(seen), levels(kept))
    cosines = sets.similarity(engine, theirs @ probe)
    best = int(np.argmax(cosines - taken))
    return Normalised(float(cosines[best]), float(taken[best]))
