"""Fusion of two engines' scores is monotone in both, for any grey zone."""

from hypothesis import given
from hypothesis import strategies as st

from matcher.comparison.scores import fused
from models.domain.policy import Policy

COSINES = st.floats(-1, 1)
DISTANCES = st.floats(0, 2)
ZONES = st.tuples(COSINES, COSINES).map(sorted).map(tuple)


def whole(cosine: float, distance: float, zone: tuple[float, float]) -> float:
    """Return the score as the matcher gives it: fused inside the zone, the cosine outside."""
    return float(fused(cosine, distance, zone)) if zone[0] <= cosine <= zone[1] else cosine


@given(COSINES, COSINES, DISTANCES, DISTANCES, ZONES)
def test_more_alike_in_both_engines_is_never_a_lower_score(
    one: float, other: float, near: float, far: float, zone: tuple[float, float]
) -> None:
    low, high = sorted([one, other])
    near, far = sorted([near, far])
    assert whole(low, far, zone) <= whole(high, near, zone)


@given(DISTANCES)
def test_the_second_engine_alone_decides_nothing(distance: float) -> None:
    least = Policy().score_min
    zone = (least - 0.1, least + 0.1)
    assert whole(zone[0] - 0.01, distance, zone) < least
    assert whole(zone[1] + 0.01, distance, zone) >= least
