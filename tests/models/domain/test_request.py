"""The clock of persons' requests about their own data."""

from datetime import UTC, datetime, timedelta

import pytest

from models.domain.law.request import RequestState, due, time_left

ASKED = datetime(2027, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "还剩 15 天"),
        (11.9, "还剩 3 天"),
        (12, "⚠ 还剩 3 天"),
        (14.5, "⚠ 还剩 0 天"),
        (15, "⚠ 已逾期 0 天"),
        (17, "⚠ 已逾期 2 天"),
    ],
)
def test_an_open_request_is_marked_three_days_before_its_end(days: float, said: str) -> None:
    assert time_left(RequestState.OPEN, due(ASKED), ASKED + timedelta(days=days)) == said


def test_an_answered_request_waits_no_more() -> None:
    assert time_left(RequestState.DONE, due(ASKED), ASKED + timedelta(days=30)) == ""
