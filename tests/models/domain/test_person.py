from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.person import RELATIONS, SELF, NotFilmed, age, is_hard_to_tell, mask, not_filmed, rank

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("李小白", "李*白"),
        ("李白", "李*"),
        ("欧阳锋华", "欧**华"),
        ("李", "*"),
        ("", "*"),
        ("阿卜杜拉·买买提", "阿******提"),
        ("𠮷野家", "𠮷*家"),
    ],
)
def test_only_the_ends_of_a_name_are_shown(name, shown):
    assert mask(name) == shown


@given(st.text(min_size=2))
def test_a_masked_name_keeps_its_length_and_at_most_two_characters(name):
    shown = mask(name)
    assert len(shown) == len(name)
    assert shown[0] == name[0]
    assert set(shown[1:-1]) <= {"*"}


@pytest.mark.parametrize(
    ("birth", "years"),
    [
        (date(2012, 11, 24), 14),
        (date(2012, 11, 25), 13),
        (date(2012, 12, 1), 13),
        (date(2012, 1, 31), 14),
        (TODAY, 0),
        (date(1926, 11, 24), 100),
    ],
)
def test_age_is_counted_in_whole_years(birth, years):
    assert age(birth, TODAY) == years


@pytest.mark.parametrize(
    ("today", "years"), [(date(2026, 2, 28), 13), (date(2026, 3, 1), 14), (date(2028, 2, 29), 16)]
)
def test_a_birthday_on_29_february_counts_from_1_march(today, years):
    assert age(date(2012, 2, 29), today) == years


@pytest.mark.parametrize(
    ("birth", "guarded"),
    [(date(2012, 11, 24), False), (date(2012, 11, 25), True), (date(1980, 1, 1), False), (None, False)],
)
def test_nobody_under_14_is_filmed(birth, guarded):
    for youngest in (14, 18):
        assert (not_filmed(birth, TODAY, youngest) is NotFilmed.CHILD) is guarded


@pytest.mark.parametrize(
    ("years", "youngest", "why"),
    [
        (14, 18, NotFilmed.MINOR),
        (17, 18, NotFilmed.MINOR),
        (18, 18, None),
        (14, 14, None),
        (15, 16, NotFilmed.MINOR),
    ],
)
def test_a_minor_is_filmed_from_the_age_the_policy_says(years, youngest, why):
    assert not_filmed(date(2026 - years, 11, 24), TODAY, youngest) is why


@pytest.mark.parametrize(("years", "hard"), [(17, True), (18, False), (59, False), (60, True)])
def test_minors_and_persons_of_60_are_hard_to_compare(years, hard):
    assert is_hard_to_tell(date(2026 - years, 11, 24), TODAY) is hard


def test_nobody_is_their_own_agent():
    assert SELF not in RELATIONS


def test_relatives_are_listed_by_relation_and_the_eldest_first():
    elder, younger = date(1995, 2, 18), date(2018, 6, 1)
    listed = [
        ("配偶", younger),
        ("子女", elder),
        ("子女", younger),
        ("子女", None),
        ("其他", None),
        ("邻居", elder),
    ]
    shuffled = sorted(listed, key=repr)
    assert sorted(shuffled, key=lambda one: rank(*one)) == listed
