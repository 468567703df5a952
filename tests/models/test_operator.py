"""The console's rules: sessions lapse, roles are narrow, verdicts need company."""

from datetime import UTC, datetime, timedelta

import pytest

from models.domain.appeal import AppealState
from models.domain.console.operator import RIGHTS, Right, Role, has_lapsed, is_fresh, locked_until, may
from models.domain.console.review import GROUNDS, Ground, Verdict, kappa, outcome, wants_two

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
UP, DOWN = Verdict.UPHELD, Verdict.REJECTED


@pytest.mark.parametrize(
    ("begun", "seen", "over"),
    [
        (timedelta(0), timedelta(0), False),
        (timedelta(minutes=20), timedelta(minutes=14, seconds=59), False),
        (timedelta(minutes=20), timedelta(minutes=15), True),
        (timedelta(hours=8), timedelta(0), True),
        (timedelta(seconds=-1), timedelta(seconds=-1), True),
    ],
)
def test_a_session_expires_idle_in_total_and_when_the_clock_moves_back(
    begun: timedelta, seen: timedelta, over: bool
) -> None:
    assert has_lapsed(NOW - begun, NOW - seen, NOW) is over


def test_a_code_is_fresh_for_five_minutes_and_never_from_the_future() -> None:
    assert is_fresh(NOW, NOW) and is_fresh(NOW - timedelta(minutes=4, seconds=59), NOW)
    assert not is_fresh(NOW - timedelta(minutes=5), NOW)
    assert not is_fresh(NOW + timedelta(seconds=1), NOW)


def test_the_fifth_failure_locks() -> None:
    assert locked_until(4, NOW) is None
    assert locked_until(5, NOW) == NOW + timedelta(minutes=15)


def test_no_role_both_changes_accounts_and_sees_cases() -> None:
    for role in Role:
        assert not (may(role, Right.CHANGE_ACCOUNTS) and may(role, Right.SEE_CASES))
        assert not (may(role, Right.JUDGE) and may(role, Right.SEE_ACTS))
    assert set(RIGHTS) == set(Role)


def test_every_ground_belongs_to_one_verdict() -> None:
    grounds = [ground for some in GROUNDS.values() for ground in some]
    assert sorted(grounds) == sorted(Ground)


@pytest.mark.parametrize(
    ("verdicts", "two", "state"),
    [
        ([], False, None),
        ([UP], False, AppealState.UPHELD),
        ([DOWN], True, None),
        ([DOWN, DOWN], True, AppealState.REJECTED),
        ([DOWN, UP], True, None),
        ([DOWN, UP, UP], True, AppealState.UPHELD),
    ],
)
def test_two_must_agree_where_two_are_needed(
    verdicts: list[Verdict], two: bool, state: AppealState | None
) -> None:
    assert outcome(verdicts, two) is state


def test_two_verdicts_are_needed_for_sampled_near_relative_and_costly_appeals() -> None:
    assert wants_two(100, True, False, [UP]) and wants_two(100, False, True, [UP])
    assert wants_two(20_001, False, False, [DOWN])
    assert not wants_two(20_000, False, False, [DOWN]) and not wants_two(20_001, False, False, [UP])


YES, NO = True, False


@pytest.mark.parametrize(
    ("pairs", "value"),
    [
        # The example of Cohen (1960) as usually given: 20 both yes, 15 both no, 5 and 10 apart.
        ([(YES, YES)] * 20 + [(YES, NO)] * 5 + [(NO, YES)] * 10 + [(NO, NO)] * 15, 0.4),
        ([(YES, YES), (NO, NO)], 1.0),
        ([(YES, NO), (NO, YES)], -1.0),
        ([(YES, YES), (YES, NO), (NO, YES), (NO, NO)], 0.0),
        ([(YES, YES)] * 9, None),
        ([(YES, NO)], None),
        ([], None),
    ],
)
def test_kappa_is_agreement_beyond_chance(pairs: list[tuple[bool, bool]], value: float | None) -> None:
    assert kappa(pairs) == (None if value is None else pytest.approx(value))
