"""Statistics of the guard: betting against "at most the control's rate plus a margin", and drift."""

import math
from collections.abc import Sequence

MARGIN = 0.01
# A false rollback happens to at most one release in 100, however often the evidence is checked.
ALPHA = 0.01
STAKES = (0.3, 0.5, 0.7, 0.9)
# A block closes with at least this many controls: with one, 25 % is too noisy a stage.
CONTROLS = 2
LEVEL = math.log(1 / ALPHA)
# A stage is not left while the evidence for a worse policy is tenfold.
DOUBT = math.log(10)

# The mean number of decisions between false drift alarms is at least e to this (Lorden 1971).
DRIFT_LEVEL = math.log(200_000)
MOST_DEVIATIONS = 3.0
WORSE_TIMES, WORSE_BY = 3.0, 0.10


def growth(stake: float, difference: float) -> float:
    """Return the factor by which a stake's wealth grows with one block of decisions.

    `difference` is the treated failure rate of the block minus the control's, −1…1. While the treated rate is
    at most the control's plus MARGIN, whatever both are and however they change, the expected factor is at
    most 1 (Waudby-Smith and Ramdas 2024): the product is an e-process, so checking it at every decision is
    free.
    """
    return 1 + stake * (difference - MARGIN)


def log_e_value(wealths: Sequence[float]) -> float:
    """Return the log of the mean wealth of the stakes, given their logs: the e-value (Ville 1939)."""
    top = max(wealths)
    return top + math.log(sum(math.exp(one - top) for one in wealths) / len(wealths))


def score_drift(charge: float, score: float, mean: float, deviation: float) -> float:
    """Return the next CUSUM for a fall of scores by one standard deviation (Page 1954), at least 0.

    A deviation of zero or an unknown number leaves the charge unchanged.
    """
    if not deviation > 0 or not math.isfinite(score):
        return charge
    fallen = max(-MOST_DEVIATIONS, min(MOST_DEVIATIONS, (mean - score) / deviation))
    return max(0.0, charge + fallen - 0.5)


def failure_drift(charge: float, failed: bool, rate: float) -> float:
    """Return the next CUSUM for a threefold failure rate, or one higher by ten points if that is more."""
    usual = min(max(rate, 0.005), 0.5)
    worse = min(0.9, max(WORSE_TIMES * usual, usual + WORSE_BY))
    told = math.log(worse / usual) if failed else math.log((1 - worse) / (1 - usual))
    return max(0.0, charge + told)
