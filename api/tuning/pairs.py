"""Cross pairs of templates: a histogram of scores, and rates over thresholds with bands over persons."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.tuning.bands import DRAWS, SEED, Band, band
from matcher.comparison import sets
from matcher.comparison.background import excess, levels
from matcher.types import Embedder

Vectors = NDArray[np.float32]
THRESHOLDS = tuple(round(0.36 + 0.02 * n, 2) for n in range(13))
BINS = tuple(round(-1 + 0.02 * n, 2) for n in range(101))
BLOCK, AT_ONCE = 256, 20


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is kept of a cell: persons, pairs, counts by bin of BINS, a band at each of THRESHOLDS."""

    persons: int
    pairs: int
    counts: Sequence[int]
    bands: Sequence[Band]


def compare(
    vectors: Vectors,
    families: NDArray[np.int64],
    faces: Vectors | None,
    engine: Embedder = Embedder.SFACE,
) -> Pairs:
    """Return the scores of all pairs of (n, 128) unit vectors that belong to different `families`.

    `faces` is the background (m, 128) that scores are normalised by, None for the set's bare similarities.
    """
    level = levels(sets.similarity(engine, vectors @ faces.T)) if faces is not None else None
    counts, near = np.zeros(len(BINS) - 1, np.int64), []
    for first, score, strangers in _blocks(vectors, families, level, engine):
        counts += np.histogram(score[strangers], BINS)[0]
        row, column = np.nonzero(strangers & (score >= THRESHOLDS[0]))
        near.append((row + first, column, score[row, column]))
    hits = tuple(np.concatenate(part) for part in zip(*near, strict=True))
    pairs = int(counts.sum())
    return Pairs(len(vectors), pairs, counts.tolist(), list(_bands(hits, len(vectors), pairs)))


def _blocks(
    vectors: Vectors,
    families: NDArray[np.int64],
    level: NDArray[np.float64] | None,
    engine: Embedder,
) -> Iterator[tuple[int, NDArray[np.float64], NDArray[np.bool_]]]:
    """Yield the first row, scores and which pairs count, some rows at a time; each pair counts once."""
    places = np.arange(len(vectors))
    for first in range(0, len(vectors), BLOCK):
        rows = slice(first, first + BLOCK)
        score = sets.similarity(engine, vectors[rows] @ vectors.T).astype(np.float64)
        if level is not None:
            score -= excess(level[rows, None], level[None, :])
        strangers = (places[rows, None] < places[None, :]) & (families[rows, None] != families[None, :])
        yield first, np.clip(score, -1, 1), strangers


def _bands(hits: Sequence[NDArray[np.float64]], persons: int, pairs: int) -> Iterator[Band]:
    """Yield a band for each threshold: drawn over persons, for the pairs of one person hang together."""
    order = np.argsort(-hits[2])
    first, second, score = (part[order] for part in hits)
    reach = np.searchsorted(-score, [-one for one in THRESHOLDS], "right")
    rng, drawn = np.random.default_rng(SEED), []
    for _ in range(DRAWS // AT_ONCE):
        weights = rng.standard_exponential((AT_ONCE, persons))
        weights /= weights.mean(axis=1, keepdims=True)
        upto = np.zeros((AT_ONCE, len(score) + 1))
        np.cumsum(weights[:, first.astype(int)] * weights[:, second.astype(int)], axis=1, out=upto[:, 1:])
        drawn.append(upto[:, reach] / max(pairs, 1))
    rates = np.concatenate(drawn)
    for at, n in enumerate(reach):
        low, high = np.quantile(rates[:, at], [0.025, 0.975])
        spread = float(rates[:, at].std())
        yield band(n / pairs if pairs else math.nan, spread, persons, (float(low), float(high)))
