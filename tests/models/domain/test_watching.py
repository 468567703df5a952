"""Drift: PSI and CUSUM against published values, and what holds for all histograms."""

import math
import random
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.watching import bins, drift
from models.domain.watching.drift import Shift

HISTOGRAMS = st.integers(2, 12).flatmap(
    lambda size: st.tuples(*[st.lists(st.integers(0, 10_000), min_size=size, max_size=size)] * 2)
)
# NIST/SEMATECH e-Handbook of Statistical Methods 6.3.2.3: means of twenty groups, target 325, k 0.3175.
NIST = (
    324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600, 324.625,
    325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350,
)  # fmt: skip
NIST_HIGH = (
    0, 0, 0, 0, 0.03, 0, 0, 0, 0, 0, 0, 0, 3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04,
)  # fmt: skip
NIST_LOW = (0, 0.01, 0, 0.33, 0, 0, 0.56, 0.72, 0.17, 0.26, 0.31, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_cusum_gives_the_handbooks_values() -> None:
    found = drift.cusum([one - 325 for one in NIST], 0.3175)
    assert [one.high for one in found] == pytest.approx(NIST_HIGH, abs=0.0051)
    assert [one.low for one in found] == pytest.approx(NIST_LOW, abs=0.0051)
    assert [n for n, one in enumerate(found, 1) if one.high > 4.1959][0] == 14


def test_psi_is_the_symmetric_divergence_of_the_shares() -> None:
    """Half and half against a quarter and three quarters: ln 2 / 4 + ln 1.5 / 4."""
    exact = math.log(2) / 4 + math.log(1.5) / 4
    assert drift.psi([5_000_000, 5_000_000], [250_000, 750_000]) == pytest.approx(exact, abs=1e-5)


@given(HISTOGRAMS)
def test_psi_is_symmetric_never_negative_and_nothing_between_equals(pair: tuple[list[int], ...]) -> None:
    one, other = pair
    assert drift.psi(one, other) == pytest.approx(drift.psi(other, one))
    assert drift.psi(one, other) >= 0
    assert drift.psi(one, one) == 0
    longer = drift.psi([*one, 0], [*other, 0])
    assert longer == pytest.approx(drift.psi(one, other)), "a bin that nobody uses changes nothing"


@given(st.lists(st.floats(-50, 50), max_size=60), st.floats(0, 2))
def test_a_mirrored_series_mirrors_the_sums(values: list[float], slack: float) -> None:
    there, back = drift.cusum(values, slack), drift.cusum([-one for one in values], slack)
    assert [(one.high, one.low) for one in there] == [(one.low, one.high) for one in back]
    assert all(one.high >= 0 and one.low >= 0 for one in there)


@given(st.sampled_from(sorted(bins.EDGES)), st.floats(-1e6, 1e6))
def test_a_value_lies_between_the_edges_of_its_bin(name: str, value: float) -> None:
    edges = bins.EDGES[name]
    found = bins.place(edges, value)
    assert found == 0 or edges[found - 1] <= value
    assert found == len(edges) or value < edges[found]
    assert len(bins.middles(edges)) == len(edges) + 1


@given(st.lists(st.integers(0, 50), min_size=14, max_size=14), st.floats(0.01, 1))
def test_a_quantile_has_its_share_at_or_below_it(counts: list[int], share: float) -> None:
    found = bins.quantile(counts, bins.WAITS, share)
    if not sum(counts):
        assert math.isnan(found)
        return
    below = dict(zip((*bins.WAITS, math.inf), accumulate(counts), strict=True))
    assert below[found] >= share * sum(counts)
    assert all(n < share * sum(counts) for edge, n in below.items() if edge < found)


def test_without_drift_a_shift_is_told_in_less_than_one_of_two_hundred_samples() -> None:
    """Small samples, where PSI alone exceeds 0.1 by chance."""
    chance, told, alone = random.Random(5), 0, 0
    for _ in range(1_000):
        was, now = (_drawn(chance, n, 0.6) for n in (400, 100))
        told += drift.shift(was, now) is not Shift.NONE
        alone += drift.psi(was, now) >= drift.MODERATE
    assert told < 5 < alone


def test_a_shift_of_the_scores_is_told() -> None:
    chance = random.Random(6)
    was = _drawn(chance, 400, 0.6)
    assert drift.shift(was, _drawn(chance, 100, 0.48)) is Shift.LARGE
    assert drift.shift(was, _drawn(chance, 20, 0.48)) is Shift.TOO_FEW


def test_a_day_without_decisions_and_days_of_any_size_keep_cusum_quiet() -> None:
    chance = random.Random(7)
    days = [_drawn(chance, chance.choice((0, 5, 30)), 0.6) for _ in range(84)]
    values = bins.middles(bins.EDGES["score"])
    quiet = drift.cusum(drift.standardised(days[28:], days[:28], values))
    assert not any(one.alarms for one in quiet)
    fallen = [_drawn(chance, 30, 0.48) for _ in range(7)]
    sums = drift.cusum(drift.standardised(fallen, days[:28], values))
    assert sums[-1].alarms and sums[-1].low > sums[-1].high == 0


def _drawn(chance: random.Random, number: int, middle: float) -> list[int]:
    edges = bins.EDGES["score"]
    found = [0] * (len(edges) + 1)
    for _ in range(number):
        found[bins.place(edges, chance.gauss(middle, 0.12))] += 1
    return found
