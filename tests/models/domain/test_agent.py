from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.agent import (
    Checks,
    Finding,
    check_documents,
    is_agent,
    may_conclude,
    month,
    within_quota,
)
from models.domain.errors import Conflict, Invalid, TooMany
from models.domain.person import RELATIONS, SELF

AT = datetime(2026, 11, 24, tzinfo=UTC)
cardholders = st.sampled_from("abcdefgh")


@given(st.lists(cardholders), st.integers(0, 5))
def test_nobody_ever_serves_more_than_the_quota_in_a_month(wishes, limit):
    served = set[str]()
    for cardholder in wishes:
        try:
            within_quota(served, cardholder, limit)
        except TooMany as refused:
            assert refused.code == "agent_quota"
            assert len(served) == limit and cardholder not in served
        else:
            served.add(cardholder)
        assert len(served) <= limit
    assert len(served) == min(limit, len(set(wishes)))


@given(st.lists(cardholders, min_size=1), st.integers(0, 5))
def test_the_same_cardholder_again_is_never_one_more(served, limit):
    within_quota(served, served[0], limit)


@given(st.datetimes(), st.datetimes())
def test_instants_are_grouped_by_local_month(one, other):
    assert (month(one) == month(other)) == ((one.year, one.month) == (other.year, other.month))


def test_a_month_is_written_like_a_date():
    assert month(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == "2026-11"


@given(st.none() | st.builds(Checks, st.booleans(), st.booleans()))
def test_a_check_list_is_complete_with_both_documents(checks):
    if checks == Checks(True, True):
        check_documents(checks)
        return
    with pytest.raises(Invalid) as refused:
        check_documents(checks)
    assert refused.value.code == "checks_missing"


def test_everyone_but_the_cardholder_is_an_agent():
    assert not is_agent(SELF) and not is_agent(None)
    assert all(is_agent(relation) for relation in RELATIONS)


@pytest.mark.parametrize(
    ("disputed_at", "found", "why"),
    [(None, None, "not disputed"), (AT, Finding.AUTHORISED, "before"), (AT, Finding.UNAUTHORISED, "before")],
)
def test_only_what_is_disputed_and_open_is_concluded(disputed_at, found, why):
    with pytest.raises(Conflict, match=why):
        may_conclude(disputed_at, found)


def test_an_open_dispute_may_be_concluded():
    may_conclude(AT, None)
