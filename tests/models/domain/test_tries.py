import pytest

from models.domain.appeal import may_lodge
from models.domain.attempt import AttemptEvent as E
from models.domain.attempt import AttemptState as S
from models.domain.attempt import is_due, settle
from models.domain.errors import Conflict, IllegalTransition, OutOfTime
from models.domain.tries import came_to_nothing, redraw, went_unanswered
from models.domain.verification import VerificationState
from tests.models.domain.paths import after, attempt_in, failed, walk


def blank(attempt, at=0.0):
    return came_to_nothing(walk(attempt, E.CHALLENGE, E.CAPTURE, at=at), after(at))


def test_a_try_with_nothing_usable_is_not_counted():
    again = blank(attempt_in(S.CONSENTED))
    assert (again.state, again.tries, again.blanks, again.reason) == (S.CONSENTED, 0, 1, "not_acquired")


def test_the_third_try_with_nothing_usable_is_one_failure_and_may_be_appealed():
    third = blank(blank(blank(attempt_in(S.CONSENTED))), at=9)
    assert (third.state, third.reason, third.tries, third.blanks) == (S.FAILED, "not_acquired", 1, 0)
    may_lodge(third, VerificationState.OPEN, after(9))


def test_nine_blank_tries_use_up_an_attempt():
    attempt = attempt_in(S.CONSENTED)
    for _ in range(9):
        attempt = blank(attempt)
    assert attempt.tries_left == 0


def test_a_blank_retry_after_a_failure_returns_to_failed():
    again = blank(attempt_in(S.FAILED))
    assert (again.state, again.tries, again.blanks, again.appealable) == (S.FAILED, 1, 1, True)


def test_a_failure_between_blanks_starts_their_count_anew():
    assert blank(failed(blank(blank(attempt_in(S.CONSENTED))), 1)).blanks == 1


@pytest.mark.parametrize(("at", "deadline"), [(10, 120), (59.9, 120), (60.1, 120.1), (140, 200)])
def test_the_deadline_is_extended_when_the_matcher_does_not_answer(at, deadline):
    captured = walk(attempt_in(S.CONSENTED), E.CHALLENGE, E.CAPTURE, at=min(at, 119))
    again = went_unanswered(captured, after(at))
    assert (again.state, again.tries, again.expires_at) == (S.CONSENTED, 0, after(deadline))
    assert again.reason == "matcher_unavailable"


def test_the_deadline_is_extended_only_once():
    captured = walk(attempt_in(S.CONSENTED), E.CHALLENGE, E.CAPTURE, at=110)
    once = went_unanswered(captured, after(130))
    twice = went_unanswered(walk(once, E.CHALLENGE, E.CAPTURE, at=189), after(195))
    assert twice.expires_at == after(190)
    assert twice.reason == "matcher_unavailable"
    assert is_due(twice, after(195))
    assert settle(twice, after(195)).state is S.EXPIRED


def test_an_unanswered_retry_after_a_failure_stays_a_failure_that_may_be_retried_longer():
    captured = walk(attempt_in(S.FAILED), E.CHALLENGE, E.CAPTURE, at=100)
    again = went_unanswered(captured, after(110))
    assert again.state is S.FAILED
    assert walk(again, E.CHALLENGE, at=169).state is S.CHALLENGED


@pytest.mark.parametrize("ending", [came_to_nothing, went_unanswered])
@pytest.mark.parametrize("state", sorted(set(S) - {S.CAPTURED}))
def test_only_a_captured_try_can_end_without_a_decision(ending, state):
    with pytest.raises(IllegalTransition):
        ending(attempt_in(state), after(1))


def test_a_challenge_drawn_anew_before_filming_costs_nothing():
    anew = redraw(attempt_in(S.CHALLENGED), after(20), got_frames=False)
    assert (anew.state, anew.tries, anew.challenge_expires_at) == (S.CHALLENGED, 0, after(50))


def test_a_challenge_drawn_anew_after_filming_counts_as_a_try():
    anew = redraw(attempt_in(S.CHALLENGED), after(20), got_frames=True)
    assert (anew.state, anew.tries, anew.challenge_expires_at) == (S.CHALLENGED, 1, after(50))


@pytest.mark.parametrize("state", [S.CONSENTED, S.FAILED])
@pytest.mark.parametrize("got_frames", [True, False])
def test_the_first_draw_of_a_try_costs_nothing(state, got_frames):
    before = attempt_in(state)
    assert redraw(before, after(1), got_frames=got_frames).tries == before.tries


def test_the_third_abandoned_film_is_a_failure_that_may_be_appealed():
    attempt = attempt_in(S.CHALLENGED)
    for at in (5, 10, 15):
        attempt = redraw(attempt, after(at), got_frames=True)
    assert (attempt.state, attempt.reason, attempt.tries_left) == (S.FAILED, "tries_used_up", 0)
    may_lodge(attempt, VerificationState.OPEN, after(16))


@pytest.mark.parametrize("earlier", [0, 2])
def test_no_challenge_is_redrawn_or_counted_after_the_deadline(earlier):
    challenged = walk(failed(attempt_in(S.CONSENTED), earlier), E.CHALLENGE, at=119)
    with pytest.raises(OutOfTime):
        redraw(challenged, after(121), got_frames=True)


def test_nothing_is_drawn_without_a_try_left():
    with pytest.raises(Conflict) as refusal:
        redraw(failed(attempt_in(S.CONSENTED), 3), after(1), got_frames=False)
    assert refusal.value.code == "tries_used_up"
