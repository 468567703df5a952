"""Error rates over thresholds with 95 % bands, resampled by person: tries of a person are dependent."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.tuning.columns import Floats

DRAWS, AT_ONCE = 500, 50
Z = 1.96
SEED = 20261128


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one population, each with its person's number."""

    values: Floats
    persons: NDArray[np.int64]

    @property
    def people(self) -> int:
        """Return the number of persons."""
        return len(np.unique(self.persons))


@dataclass(frozen=True, slots=True)
class Band:
    """A rate (0–1) at one threshold with its 95 % interval; NaN without scores."""

    rate: float
    low: float
    high: float


def below(scores: Scores, thresholds: Sequence[float]) -> list[Band]:
    """Return the share of scores below each threshold."""
    return _bands(scores.values[:, None] < np.asarray(thresholds)[None, :], scores.persons)


def reaching(scores: Scores, thresholds: Sequence[float]) -> list[Band]:
    """Return the share of scores at or above each threshold."""
    return _bands(scores.values[:, None] >= np.asarray(thresholds)[None, :], scores.persons)


def _bands(hits: NDArray[np.bool_], persons: NDArray[np.int64]) -> list[Band]:
    """Return the rate and its band at each threshold.

    The bootstrap over persons gives the variance and a percentile interval; the band is the wider of that and
    Wilson's with the effective sample size (percentiles alone cover too little where errors are rare). With
    no hit, or only hits, the rule of three over persons gives the bound.
    """
    if not len(hits):
        return [Band(math.nan, math.nan, math.nan)] * hits.shape[1]
    _, numbered = np.unique(persons, return_inverse=True)
    people = int(numbered.max()) + 1
    tries = np.bincount(numbered, minlength=people).astype(float)
    found = np.stack([np.bincount(numbered, column, people) for column in hits.T.astype(float)], axis=1)
    drawn = np.concatenate([(w @ found) / (w @ tries)[:, None] for w in _weights(people)])
    rates = found.sum(axis=0) / tries.sum()
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return [
        band(float(rate), float(spread), people, (float(down), float(up)))
        for rate, spread, down, up in zip(rates, drawn.std(axis=0), low, high, strict=True)
    ]


def _weights(people: int) -> Iterator[Floats]:
    """Yield bootstrap weights of persons in batches of draws (Rubin's Bayesian bootstrap)."""
    rng = np.random.default_rng(SEED)
    for _ in range(DRAWS // AT_ONCE):
        yield rng.standard_exponential((AT_ONCE, people))


def band(rate: float, spread: float, people: int, drawn: tuple[float, float]) -> Band:
    """Return the band of a rate from its bootstrap spread and 95 % quantiles, over `people` persons."""
    three = min(1.0, 3 / people)
    if rate <= 0:
        return Band(0.0, 0.0, three)
    if rate >= 1:
        return Band(1.0, 1 - three, 1.0)
    worth = rate * (1 - rate) / spread**2 if spread > 0 else float(people)
    centre = (rate + Z**2 / (2 * worth)) / (1 + Z**2 / worth)
    half = Z * math.sqrt(rate * (1 - rate) / worth + Z**2 / (4 * worth**2)) / (1 + Z**2 / worth)
    return Band(rate, max(0.0, min(drawn[0], centre - half)), min(1.0, max(drawn[1], centre + half)))
