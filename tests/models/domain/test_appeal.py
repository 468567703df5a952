import pytest

from models.domain.appeal import (
    OPEN_PER_PERSON,
    PER_CASHIER_AND_DAY,
    AppealState,
    advance,
    check_photos,
    may_lodge,
    window,
    within_quota,
)
from models.domain.attempt import AttemptEvent as E
from models.domain.attempt import AttemptState as S
from models.domain.attempt import Channel
from models.domain.errors import Conflict, IllegalTransition, Invalid, OutOfTime, TooMany
from models.domain.verification import VerificationState as V
from tests.models.domain.paths import T0, after, attempt_in, failed, walk

REVIEWED = [AppealState.UPHELD, AppealState.REJECTED, AppealState.WITHDRAWN]


@pytest.mark.parametrize("reason", ["not_matched", "not_acquired", "action_missing", "tries_used_up"])
def test_an_appeal_is_open_ten_minutes_from_the_failure(reason):
    once = attempt_in(S.FAILED, reason=reason)
    assert window(once, V.OPEN) == after(600)
    may_lodge(once, V.OPEN, after(599.9))


@pytest.mark.parametrize("at", [600.0, 600.1])
def test_an_appeal_comes_too_late_after_ten_minutes(at):
    with pytest.raises(OutOfTime) as refusal:
        may_lodge(attempt_in(S.FAILED), V.OPEN, after(at))
    assert refusal.value.code == "appeal_window_closed"


def test_the_ten_minutes_run_from_the_last_failure():
    twice = failed(attempt_in(S.FAILED), 1, at=100)
    assert window(twice, V.OPEN) == after(700)


def test_a_retry_that_expires_moves_no_window():
    retried = walk(attempt_in(S.FAILED), E.CHALLENGE, at=100)
    ended = walk(retried, E.EXPIRE, at=130)
    assert window(ended, V.OPEN) == after(600)


@pytest.mark.parametrize("state", sorted(set(S) - {S.FAILED}))
def test_only_a_failed_attempt_can_be_appealed(state):
    assert window(attempt_in(state), V.OPEN) is None
    with pytest.raises(Conflict) as refusal:
        may_lodge(attempt_in(state), V.OPEN, T0)
    assert refusal.value.code == "appeal_not_allowed"


@pytest.mark.parametrize("state", sorted(set(V) - {V.OPEN}))
def test_no_appeal_once_the_verification_has_ended(state):
    with pytest.raises(Conflict) as refusal:
        may_lodge(attempt_in(S.FAILED), state, after(1))
    assert refusal.value.code == "appeal_not_allowed"


@pytest.mark.parametrize("reason", ["not_live", "frames_seen_before", "frames_irregular", "action_order"])
def test_no_appeal_after_an_attack_or_a_replay(reason):
    assert window(attempt_in(S.FAILED, reason=reason), V.OPEN) is None


@pytest.mark.parametrize(
    ("of_person", "of_cashier", "allowed"),
    [
        (OPEN_PER_PERSON - 1, PER_CASHIER_AND_DAY - 1, True),
        (OPEN_PER_PERSON, 0, False),
        (0, PER_CASHIER_AND_DAY, False),
        (3, 6, False),
    ],
)
def test_two_open_appeals_a_person_and_five_a_cashier_a_day(of_person, of_cashier, allowed):
    if allowed:
        within_quota(of_person, of_cashier)
        return
    with pytest.raises(TooMany) as refusal:
        within_quota(of_person, of_cashier)
    assert refusal.value.code == "appeal_quota"


@pytest.mark.parametrize(
    ("channel", "count", "code"),
    [
        (Channel.PUSH, 0, None),
        (Channel.PUSH, 3, None),
        (Channel.PUSH, 4, "too_many_photos"),
        (Channel.QR, 0, "photo_required"),
        (Channel.QR, 1, None),
        (Channel.QR, 3, None),
        (Channel.QR, 4, "too_many_photos"),
    ],
)
def test_an_appeal_on_the_cashiers_phone_needs_a_photo_and_none_takes_more_than_three(channel, count, code):
    if code is None:
        check_photos(channel, [b"jpeg"] * count)
        return
    with pytest.raises(Invalid) as refusal:
        check_photos(channel, [b"jpeg"] * count)
    assert refusal.value.code == code


@pytest.mark.parametrize("target", REVIEWED)
def test_a_lodged_appeal_is_upheld_rejected_or_withdrawn(target):
    assert advance(AppealState.LODGED, target) is target


@pytest.mark.parametrize("state", REVIEWED)
@pytest.mark.parametrize("target", list(AppealState))
def test_a_review_is_final(state, target):
    with pytest.raises(IllegalTransition):
        advance(state, target)


def test_a_lodged_appeal_is_not_lodged_again():
    with pytest.raises(IllegalTransition):
        advance(AppealState.LODGED, AppealState.LODGED)
