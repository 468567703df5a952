"""Confidence intervals of error rates by bootstrap over persons, since pairs that share one are dependent.

A person drawn k times weighs k-fold in each of their pairs (the subsets bootstrap of Bolle, Ratha & Pankanti
2004, CVIU 93, for pairs of persons).
"""

import numpy as np

DRAWS = 1000
CHUNK = 100
SEED = 20_26


def strangers(errors: np.ndarray, pairs: np.ndarray, rare: float = 3.0) -> tuple[float, float]:
    """Return the 95 % interval of a rate over pairs of different persons.

    `errors` and `pairs` (n, n) count them for each two persons. The upper end is never below `rare` errors
    in all pairs (the rule of three): where no error was seen no draw shows one.
    """
    rates = np.concatenate([_drawn(errors, pairs, weights) for weights in _weights(len(errors))])
    return _interval(rates, rare, float(pairs.sum()))


def same(errors: np.ndarray, pairs: np.ndarray, rare: float = 3.0) -> tuple[float, float]:
    """Return the 95 % interval of a rate over pairs of the same person; `errors` and `pairs` (n,)."""
    parts = [(weights @ errors, weights @ pairs) for weights in _weights(len(errors))]
    wrong, whole = (np.concatenate(part) for part in zip(*parts, strict=True))
    return _interval(wrong / np.maximum(whole, 1.0), rare, float(pairs.sum()))


def _weights(persons: int) -> list[np.ndarray]:
    """Return the multiplicity of each person, in batches of draws."""
    chance = np.random.default_rng(SEED)
    return [
        chance.multinomial(persons, np.full(persons, 1 / persons), CHUNK).astype(np.float32)
        for _ in range(DRAWS // CHUNK)
    ]


def _drawn(errors: np.ndarray, pairs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    wrong = np.einsum("ij,ij->i", weights @ errors.astype(np.float32), weights)
    whole = np.einsum("ij,ij->i", weights @ pairs.astype(np.float32), weights)
    return np.asarray(wrong / np.maximum(whole, 1.0))


def _interval(rates: np.ndarray, rare: float, whole: float) -> tuple[float, float]:
    low, high = (float(edge) for edge in np.quantile(rates, [0.025, 0.975]))
    return low, min(1.0, max(high, rare / max(whole, 1.0)))
