import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.identity.held import SAME_PICTURE, Bars, HeldReason, Likeness, alike_from, judged
from models.domain.policy import Policy

BARS = Bars(own=0.46, alike=0.58)


def like(cosine, score, *, same_file=False, minors=False):
    return Likeness("other", cosine, score, same_file, minors)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (like(0.60, 0.57), None),
        (like(0.60, 0.58), HeldReason.ALIKE),
        (like(SAME_PICTURE, 0.40), HeldReason.NEAR_DUPLICATE),
        (like(-1.0, -1.0, same_file=True), HeldReason.SAME_PHOTO),
        (like(0.74, 0.74, minors=True), None),
        (like(0.80, 0.76, minors=True), HeldReason.ALIKE),
        (like(SAME_PICTURE, 0.90, minors=True), HeldReason.NEAR_DUPLICATE),
    ],
)
def test_a_photo_is_held_for_one_picture_or_for_likeness_beyond_chance(one, reason):
    found = judged(None, [one], BARS)
    assert (found and found[0]) is reason


@given(st.floats(SAME_PICTURE, 1), st.floats(-1, 1), st.floats(-1, 2), st.booleans())
def test_one_picture_used_twice_is_held_whatever_its_score(cosine, score, alike, minors):
    assert judged(None, [like(cosine, score, minors=minors)], Bars(0.46, alike)) is not None


def test_the_persons_own_photos_are_judged_by_the_policy_alone():
    assert judged(0.47, [], BARS) is None
    assert judged(0.45, [], BARS) == (HeldReason.UNLIKE_EARLIER, [])


@given(st.floats(0.3, 0.6), st.integers(1, 10**7), st.integers(1, 10**7))
def test_more_persons_never_lower_the_bar(least, some, more):
    assert least <= alike_from(least, min(some, more)) <= alike_from(least, max(some, more))


def test_a_city_raises_the_bar_by_an_eighth_and_a_village_by_nothing():
    assert alike_from(0.46, 450) == 0.46
    assert alike_from(0.46, 100_000) == pytest.approx(0.577, abs=0.001)


def test_bare_scores_of_faces_hard_to_tell_need_most():
    policy = Policy()
    bare = [policy.least_score(normalised=False, old=old) for old in (False, True)]
    assert [policy.least_score(normalised=True, old=True), *bare] == [0.46, 0.47, 0.54]
