from datetime import timedelta
from itertools import product

import pytest

from models.domain.attempt import (
    LIVE,
    TERMINAL,
    TRANSITIONS,
    TRIES_PER_ATTEMPT,
    UNDECIDED,
    Channel,
    advance,
    begin,
    is_due,
    settle,
)
from models.domain.attempt import AttemptEvent as E
from models.domain.attempt import AttemptState as S
from models.domain.errors import Conflict, IllegalTransition, OutOfTime
from tests.models.domain.paths import T0, WINDOW, after, attempt_in, failed, walk

IN_TIME = [0.0, 119.9]
TOO_LATE = [120.0, 120.1]
BEFORE_THE_CAPTURE = [S.WAITING, S.OPENED, S.CONSENTED]


def reachable_without(event):
    """Return every state some path reaches when `event` never happens."""
    seen, todo = set(), [S.WAITING]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo += [target for how, target in TRANSITIONS.get(state, {}).items() if how is not event]
    return seen


@pytest.mark.parametrize("state", list(S))
def test_every_state_can_be_reached_as_the_table_says(state):
    assert attempt_in(state).state is state


def test_nothing_is_captured_without_consent():
    assert not reachable_without(E.CONSENT) & {S.CONSENTED, S.CHALLENGED, S.CAPTURED, S.PASSED, S.FAILED}


def test_nothing_passes_without_a_capture():
    assert S.PASSED not in reachable_without(E.CAPTURE)


def test_nothing_is_appealed_without_a_failure():
    sources = {state for state, steps in TRANSITIONS.items() if S.APPEALED in steps.values()}
    assert sources == {S.FAILED}


def test_an_appeal_never_becomes_a_pass():
    assert S.APPEALED not in TRANSITIONS


def test_live_undecided_failed_and_terminal_states_are_all_states():
    assert TERMINAL | UNDECIDED | {S.FAILED} == set(S)
    assert LIVE < UNDECIDED
    assert not TERMINAL & UNDECIDED


@pytest.mark.parametrize(("state", "event"), list(product(sorted(TERMINAL), E)))
def test_terminal_states_never_change(state, event):
    with pytest.raises(IllegalTransition):
        advance(attempt_in(state), event, after(1))


@pytest.mark.parametrize(("state", "event"), list(product(S, E)))
def test_steps_not_in_the_table_are_refused(state, event):
    if event in TRANSITIONS.get(state, {}):
        return
    with pytest.raises(IllegalTransition):
        advance(attempt_in(state), event, after(1))


def test_an_illegal_step_says_what_met_what():
    with pytest.raises(IllegalTransition, match="capture while waiting"):
        advance(attempt_in(S.WAITING), E.CAPTURE, T0)


def test_a_step_leaves_its_input_as_it_was():
    waiting = attempt_in(S.WAITING)
    advance(waiting, E.OPEN, after(1))
    assert waiting == attempt_in(S.WAITING)


@pytest.mark.parametrize("state", BEFORE_THE_CAPTURE)
@pytest.mark.parametrize("at", IN_TIME)
def test_a_push_is_not_due_before_two_minutes(state, at):
    attempt = attempt_in(state)
    assert settle(attempt, after(at)) is attempt
    with pytest.raises(OutOfTime):
        advance(attempt, E.EXPIRE, after(at))


@pytest.mark.parametrize("state", BEFORE_THE_CAPTURE)
@pytest.mark.parametrize("at", TOO_LATE)
def test_a_push_is_expired_from_two_minutes_on(state, at):
    assert settle(attempt_in(state), after(at)).state is S.EXPIRED


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (S.WAITING, E.OPEN),
        (S.WAITING, E.UNDELIVERABLE),
        (S.OPENED, E.CHOOSE),
        (S.OPENED, E.CONSENT),
        (S.OPENED, E.DECLINE),
        (S.CONSENTED, E.CHALLENGE),
        (S.CONSENTED, E.DECLINE),
    ],
)
def test_nothing_but_an_ending_happens_after_the_deadline(state, event):
    advance(attempt_in(state), event, after(119.9))
    for at in TOO_LATE:
        with pytest.raises(OutOfTime):
            advance(attempt_in(state), event, after(at))


@pytest.mark.parametrize(("event", "target"), [(E.CANCEL, S.CANCELLED), (E.SUPERSEDE, S.SUPERSEDED)])
def test_an_overdue_attempt_may_still_be_cancelled_or_superseded(event, target):
    assert advance(attempt_in(S.WAITING), event, after(130)).state is target


def test_choosing_the_person_changes_no_deadline():
    opened = attempt_in(S.OPENED, Channel.QR)
    assert advance(opened, E.CHOOSE, after(100)).deadline == opened.deadline


def test_a_code_waits_120_s_then_180_s_for_the_person_then_120_s_from_consent():
    waiting = begin(Channel.QR, WINDOW, T0)
    assert waiting.deadline == after(120)
    opened = walk(waiting, E.OPEN, at=119)
    assert opened.deadline == after(119 + 180)
    consented = walk(opened, E.CHOOSE, E.CONSENT, at=298)
    assert consented.deadline == after(298 + 120)


@pytest.mark.parametrize(
    ("events", "seconds"), [((), 120), ((E.OPEN,), 180), ((E.OPEN, E.CONSENT), 120)], ids=str
)
@pytest.mark.parametrize(("offset", "due"), [(-0.1, False), (0.0, True), (0.1, True)])
def test_each_step_of_a_code_is_due_exactly_at_its_end(events, seconds, offset, due):
    attempt = walk(begin(Channel.QR, WINDOW, T0), *events)
    assert is_due(attempt, after(seconds + offset)) is due


def test_a_push_gains_no_time_by_being_opened_or_consented_to():
    assert walk(begin(Channel.PUSH, WINDOW, T0), E.OPEN, E.CONSENT, at=100).deadline == after(120)


def test_a_shorter_window_shortens_all_three_times_of_a_code():
    opened = walk(begin(Channel.QR, timedelta(seconds=8), T0), E.OPEN)
    assert opened.deadline == after(12)
    assert walk(opened, E.CONSENT).deadline == after(8)


@pytest.mark.parametrize(("drawn", "finished", "accepted"), [(119.9, 149.8, True), (119.9, 149.9, False)])
def test_a_challenge_begun_in_time_may_be_finished_within_30_s(drawn, finished, accepted):
    challenged = walk(attempt_in(S.CONSENTED), E.CHALLENGE, at=drawn)
    if accepted:
        assert walk(challenged, E.CAPTURE, at=finished).state is S.CAPTURED
    else:
        assert settle(challenged, after(finished)).state is S.EXPIRED
        with pytest.raises(OutOfTime):
            walk(challenged, E.CAPTURE, at=finished)


@pytest.mark.parametrize("at", [30.0, 31.0, 119.9])
def test_a_challenge_older_than_30_s_is_not_captured_although_the_attempt_lives(at):
    challenged = attempt_in(S.CHALLENGED)
    with pytest.raises(OutOfTime) as refusal:
        walk(challenged, E.CAPTURE, at=at)
    assert refusal.value.code == "challenge_expired"
    assert settle(challenged, after(at)) is challenged


def test_no_challenge_is_drawn_after_the_deadline_even_while_one_is_alive():
    challenged = walk(attempt_in(S.CONSENTED), E.CHALLENGE, at=110)
    with pytest.raises(OutOfTime):
        walk(challenged, E.CHALLENGE, at=121)


@pytest.mark.parametrize("event", [E.PASS, E.FAIL, E.AGAIN])
def test_a_capture_is_decided_long_past_the_deadline(event):
    captured = attempt_in(S.CAPTURED)
    assert settle(captured, after(3600)) is captured
    assert advance(captured, event, after(3600)).state is not S.CAPTURED


@pytest.mark.parametrize("event", [E.CANCEL, E.SUPERSEDE, E.EXPIRE, E.DECLINE])
def test_a_captured_attempt_is_neither_cancelled_nor_superseded_nor_expired(event):
    with pytest.raises(IllegalTransition):
        advance(attempt_in(S.CAPTURED), event, after(200))


def test_a_pass_counts_its_try_and_says_ok():
    passed = attempt_in(S.PASSED)
    assert (passed.reason, passed.tries) == ("ok", 1)


def test_a_failure_is_counted_dated_and_named():
    once = walk(attempt_in(S.CAPTURED), E.FAIL, at=20, reason="not_live")
    assert (once.reason, once.tries, once.tries_left, once.failed_at) == ("not_live", 1, 2, after(20))


def test_a_failure_without_a_reason_is_not_matched():
    assert attempt_in(S.FAILED).reason == "not_matched"


def test_three_failures_use_up_the_tries():
    thrice = failed(attempt_in(S.CONSENTED), TRIES_PER_ATTEMPT)
    assert thrice.tries_left == 0
    with pytest.raises(Conflict) as refusal:
        walk(thrice, E.CHALLENGE)
    assert refusal.value.code == "tries_used_up"


def test_a_failed_attempt_may_be_tried_again_until_its_deadline():
    once = attempt_in(S.FAILED)
    assert walk(once, E.CHALLENGE, at=119.9).state is S.CHALLENGED
    with pytest.raises(OutOfTime):
        walk(once, E.CHALLENGE, at=120.0)


@pytest.mark.parametrize("at", [0, 121, 3600])
def test_expiry_never_removes_a_failure(at):
    once = attempt_in(S.FAILED)
    assert settle(once, after(at)) is once


@pytest.mark.parametrize(
    ("event", "at"), [(E.EXPIRE, 120), (E.SUPERSEDE, 5), (E.DECLINE, 5), (E.SUPERSEDE, 125)], ids=str
)
def test_an_unfinished_retry_returns_to_failed(event, at):
    retried = walk(attempt_in(S.FAILED), E.CHALLENGE)
    ended = advance(retried, event, after(at))
    assert ended.state is S.FAILED
    assert (ended.failed_at, ended.appealable, ended.tries) == (T0, True, 1)


def test_a_superseded_failure_keeps_its_appeal_but_takes_no_more_tries():
    superseded = walk(attempt_in(S.FAILED), E.SUPERSEDE, at=10)
    assert superseded.state is S.FAILED
    with pytest.raises(OutOfTime):
        walk(superseded, E.CHALLENGE, at=10)
    assert walk(superseded, E.APPEAL, at=300).state is S.APPEALED


@pytest.mark.parametrize("during", [(E.CHALLENGE,), (E.CHALLENGE, E.CAPTURE, E.AGAIN, E.CHALLENGE)], ids=len)
def test_declining_a_retry_ends_filming_but_not_the_right_to_appeal(during):
    declined = walk(attempt_in(S.FAILED), *during, E.DECLINE, at=10)
    assert declined.state is S.FAILED
    with pytest.raises(OutOfTime):
        walk(declined, E.CHALLENGE, at=10)
    assert walk(declined, E.APPEAL, at=300).state is S.APPEALED


def test_superseding_late_does_not_move_the_deadline_back_up():
    assert walk(attempt_in(S.FAILED), E.SUPERSEDE, at=400).expires_at == after(120)


def test_cancelling_during_a_retry_ends_the_right_to_appeal():
    assert walk(attempt_in(S.FAILED), E.CHALLENGE, E.CANCEL).state is S.CANCELLED


@pytest.mark.parametrize(
    ("reasons", "appealable"),
    [
        (["not_matched"], True),
        (["not_acquired"], True),
        (["action_missing"], True),
        (["not_live"], False),
        (["frames_seen_before"], False),
        (["frames_irregular"], False),
        (["action_order"], False),
        (["not_matched", "not_live"], True),
        (["not_live", "not_matched"], True),
        (["not_live", "frames_seen_before"], False),
    ],
    ids=str,
)
def test_an_appeal_once_earned_is_kept(reasons, appealable):
    attempt = attempt_in(S.CONSENTED)
    for reason in reasons:
        attempt = failed(attempt, 1, reason=reason)
    assert attempt.appealable is appealable


def test_an_undeliverable_push_says_why():
    ended = advance(attempt_in(S.WAITING), E.UNDELIVERABLE, after(1), reason="no_credit")
    assert (ended.state, ended.reason) == (S.UNDELIVERABLE, "no_credit")


def test_only_a_waiting_attempt_can_be_undeliverable():
    assert [state for state, steps in TRANSITIONS.items() if E.UNDELIVERABLE in steps] == [S.WAITING]
