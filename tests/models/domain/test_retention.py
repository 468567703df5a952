from datetime import timedelta

import pytest

from models.domain.appeal import WINDOW, AppealState
from models.domain.attempt import UNDECIDED
from models.domain.attempt import AttemptState as S
from models.domain.retention import Appealed, frames_are_due


@pytest.mark.parametrize("state", sorted(UNDECIDED))
def test_nothing_is_deleted_while_it_may_still_be_decided_on(state, now):
    assert not frames_are_due(state, now - timedelta(days=9), None, now)


@pytest.mark.parametrize(
    "state", [S.PASSED, S.DECLINED, S.EXPIRED, S.CANCELLED, S.SUPERSEDED, S.UNDELIVERABLE]
)
def test_what_cannot_be_appealed_is_deleted_at_once(state, now):
    assert frames_are_due(state, None, None, now)


@pytest.mark.parametrize(("seconds", "due"), [(0, False), (599.9, False), (600, True), (600.1, True)])
def test_a_failure_is_kept_until_its_appeal_window_closes(now, seconds, due):
    assert frames_are_due(S.FAILED, now, None, now + timedelta(seconds=seconds)) is due


def test_a_failure_without_a_date_is_not_kept(now):
    assert frames_are_due(S.FAILED, None, None, now)


@pytest.mark.parametrize("appeal", [*AppealState, None])
def test_an_appealed_failure_is_kept_until_the_review_has_ended(now, appeal):
    lodged = Appealed(appeal, now) if appeal else None
    due = frames_are_due(S.APPEALED, now, lodged, now + WINDOW * 100)
    assert due is (appeal is not AppealState.LODGED)


def test_an_appealed_failure_is_kept_for_15_days_at_most(now):
    for lodged in (Appealed(AppealState.LODGED, now), Appealed(AppealState.UPHELD, now, renews=True)):
        for days, due in ((14.99, False), (15, True)):
            assert frames_are_due(S.APPEALED, now, lodged, now + timedelta(days=days)) is due
