"""Bands of error rates cover simulated truth, and populations are separated."""

import math

import numpy as np
import pytest

from api.tuning.bands import Band, Scores, below, reaching


@pytest.mark.parametrize(("people", "rate"), [(300, 0.03), (120, 0.10), (600, 0.01)])
def test_bands_cover_the_truth_where_persons_differ(people: int, rate: float) -> None:
    """Each person fails at a rate of their own, drawn from a beta distribution, in one to six tries."""
    rng, covered, runs = np.random.default_rng(7), 0, 200
    for _ in range(runs):
        tries = rng.integers(1, 7, people)
        persons = np.repeat(np.arange(people), tries)
        own = rng.beta(rate * 8, (1 - rate) * 8, people)
        scores = Scores((rng.random(len(persons)) >= own[persons]).astype(float), persons)
        (band,) = below(scores, [0.5])
        covered += band.low <= rate <= band.high
    assert covered / runs >= 0.93


def test_without_an_error_the_rule_of_three_gives_the_bound() -> None:
    scores = Scores(np.full(900, 0.7), np.repeat(np.arange(300), 3))
    assert below(scores, [0.5]) == [Band(0, 0, 0.01)]
    assert reaching(scores, [0.5]) == [Band(1, 0.99, 1)]


def test_without_scores_rates_are_nan() -> None:
    (band,) = below(Scores(np.array([]), np.array([], np.int64)), [0.5])
    assert math.isnan(band.rate) and math.isnan(band.high)


def test_a_score_on_the_threshold_reaches_it() -> None:
    scores = Scores(np.array([0.4, 0.5, 0.6, 0.7]), np.arange(4))
    assert [one.rate for one in reaching(scores, [0.5, 0.6])] == [0.75, 0.5]
    assert [one.rate for one in below(scores, [0.5, 0.6])] == [0.25, 0.5]
