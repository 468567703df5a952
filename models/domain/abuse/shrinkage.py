"""Rates of a few cases, drawn towards those of their peers (beta-binomial, empirical Bayes)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

# The interval that is shown, and by whose lower end somebody is told from their peers.
SURE = 0.99
# What the peers' spread is taken to be where they are too few to tell: so many cases of the mean.
STRENGTH = (8.0, 400.0)
_ROUNDS, _CLOSE = 200, 1e-12


@dataclass(frozen=True, slots=True)
class Peers:
    """The rate among peers and how many cases it is worth."""

    mean: float
    strength: float


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `of` cases, drawn towards the peers: the rate and its interval."""

    hits: int
    of: int
    rate: float
    low: float
    high: float
    peers: float


def peers(counts: Iterable[tuple[int, int]]) -> Peers:
    """Return the rate among peers, by hits and cases of each, and its strength by the method of moments."""
    known = [(hits, of) for hits, of in counts if of > 0]
    cases = sum(of for _, of in known)
    # Half a case more: a rate that has not been seen is not impossible.
    mean = (sum(hits for hits, _ in known) + 0.5) / (cases + 1)
    if len(known) < 3:
        return Peers(mean, STRENGTH[0])
    spread = sum(of * (hits / of - mean) ** 2 for hits, of in known) / cases
    chance = mean * (1 - mean) * len(known) / cases
    between = max(spread - chance, 1e-9)
    strength = mean * (1 - mean) / between - 1
    return Peers(mean, min(max(strength, STRENGTH[0]), STRENGTH[1]))


def shrunk(hits: int, of: int, among: Peers) -> Rate:
    """Return the rate of one, drawn towards the peers, with its interval."""
    a, b = among.mean * among.strength + hits, (1 - among.mean) * among.strength + of - hits
    low, high = (quantile(a, b, end) for end in ((1 - SURE) / 2, (1 + SURE) / 2))
    return Rate(hits, of, a / (a + b), low, high, among.mean)


def quantile(a: float, b: float, share: float) -> float:
    """Return below what a beta-distributed rate lies with this probability, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if cumulated(a, b, middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def cumulated(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function (Lentz's continued fraction, DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - cumulated(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front / a / _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction 1 + d1/(1 + d2/(1 + …))."""
    found, c, d = 1.0, 1.0, 0.0
    for place in range(1, _ROUNDS):
        m, odd = divmod(place, 2)
        if odd:
            step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / (1 + step * d or 1e-30)
        c = 1 + step / c or 1e-30
        found *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return found
