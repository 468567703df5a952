from datetime import timedelta

import pytest

from models.domain.attempt import UNDECIDED, AttemptState
from models.domain.errors import Conflict, IllegalTransition
from models.domain.verification import (
    FAILURES_PER_PERSON_AND_DAY,
    LIFE,
    TERMINAL,
    TRIES_PER_VERIFICATION,
    WITH_RECEIPT,
    advance,
    begin,
    is_due,
    may_begin_attempt,
    refuse_while_deciding,
    within_tries,
)
from models.domain.verification import VerificationEvent as E
from models.domain.verification import VerificationState as V

ENDS = {
    E.PASS: V.PASSED,
    E.APPEAL: V.APPEALED,
    E.BYPASS: V.BYPASSED,
    E.CANCEL: V.CANCELLED,
    E.LAPSE: V.LAPSED,
}
CAPTURED = [AttemptState.FAILED, AttemptState.CAPTURED]
DECIDED = [AttemptState.FAILED, AttemptState.EXPIRED]


@pytest.fixture
def open_one(now):
    return begin(now)


@pytest.mark.parametrize(("event", "state"), list(ENDS.items()))
def test_an_open_verification_ends_as_the_event_says(open_one, event, state):
    assert advance(open_one, event).state is state
    assert open_one.state is V.OPEN


@pytest.mark.parametrize("first", list(E))
@pytest.mark.parametrize("second", list(E))
def test_the_first_terminal_state_wins(open_one, first, second):
    ended = advance(open_one, first)
    assert ended.state in TERMINAL
    with pytest.raises(IllegalTransition):
        advance(ended, second)


@pytest.mark.parametrize("event", [E.CANCEL, E.BYPASS])
def test_cancel_and_bypass_wait_while_a_capture_is_decided(open_one, event):
    with pytest.raises(Conflict) as refusal:
        advance(open_one, event, CAPTURED)
    assert refusal.value.code == "deciding"
    assert advance(open_one, event, DECIDED).state is ENDS[event]


@pytest.mark.parametrize("event", [E.PASS, E.APPEAL])
def test_a_pass_or_an_appeal_is_not_held_up_by_a_capture(open_one, event):
    assert advance(open_one, event, CAPTURED).state is ENDS[event]


def test_no_new_attempt_while_a_capture_is_decided(open_one, now):
    with pytest.raises(Conflict) as refusal:
        may_begin_attempt(open_one, 0, CAPTURED, now)
    assert refusal.value.code == "deciding"


@pytest.mark.parametrize("state", sorted(set(AttemptState) - {AttemptState.CAPTURED}))
def test_a_new_attempt_may_follow_any_other_one(open_one, now, state):
    may_begin_attempt(open_one, 5, [state], now)
    refuse_while_deciding([state])


@pytest.mark.parametrize("event", list(E))
def test_no_new_attempt_in_a_verification_that_is_over(open_one, now, event):
    with pytest.raises(Conflict) as refusal:
        may_begin_attempt(advance(open_one, event), 0, [], now)
    assert refusal.value.code == "verification_ended"


@pytest.mark.parametrize(("offset", "over"), [(-0.1, False), (0.0, True), (0.1, True)])
def test_no_new_attempt_after_half_an_hour(open_one, now, offset, over):
    then = now + timedelta(minutes=30, seconds=offset)
    assert is_due(open_one, [], then) is over
    if not over:
        return may_begin_attempt(open_one, 0, [], then)
    with pytest.raises(Conflict):
        may_begin_attempt(open_one, 0, [], then)
    return None


@pytest.mark.parametrize("state", sorted(AttemptState))
def test_lapsing_waits_for_undecided_attempts_only(open_one, now, state):
    assert is_due(open_one, [AttemptState.FAILED, state], now + LIFE) is (state not in UNDECIDED)


@pytest.mark.parametrize("event", list(E))
def test_what_has_ended_does_not_lapse(open_one, now, event):
    assert not is_due(advance(open_one, event), [], now + LIFE * 2)


@pytest.mark.parametrize(
    ("tries", "failures", "allowed"),
    [
        (0, 0, True),
        (TRIES_PER_VERIFICATION - 1, FAILURES_PER_PERSON_AND_DAY - 1, True),
        (TRIES_PER_VERIFICATION, 0, False),
        (0, FAILURES_PER_PERSON_AND_DAY, False),
        (99, 99, False),
    ],
)
def test_six_tries_a_verification_and_ten_failures_a_person_a_day(tries, failures, allowed):
    if allowed:
        within_tries(tries, failures)
        return
    with pytest.raises(Conflict) as refusal:
        within_tries(tries, failures)
    assert refusal.value.code == "tries_used_up"


def test_the_seventh_try_of_a_verification_begins_no_attempt(open_one, now):
    with pytest.raises(Conflict) as refusal:
        may_begin_attempt(open_one, 6, DECIDED, now)
    assert refusal.value.code == "tries_used_up"


def test_only_passed_appealed_and_bypassed_verifications_have_a_receipt():
    assert {V.PASSED, V.APPEALED, V.BYPASSED} == WITH_RECEIPT
