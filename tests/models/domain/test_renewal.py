"""The insured's answer to a new reference: what may follow what, and until when."""

from datetime import timedelta

import pytest

from models.domain.attempt import Channel
from models.domain.console.renewal import (
    ANSWER,
    BACK,
    TARGET,
    Answer,
    RenewalState,
    advance,
    answered,
    is_wanted,
    may_revoke,
    seen,
)
from models.domain.console.review import Ground
from models.domain.errors import Conflict, IllegalTransition
from models.domain.notice import CURRENT, IN_FORCE, NOTICES
from models.domain.provider import Provider

S = RenewalState
OUTDATED = [Ground.SAME_PERSON, Ground.REFERENCE_OUTDATED]


@pytest.mark.parametrize(
    ("channel", "version", "grounds", "wanted"),
    [
        (Channel.PUSH, CURRENT, OUTDATED, True),
        (Channel.QR, CURRENT, OUTDATED, False),
        (Channel.PUSH, "2027-02", OUTDATED, False),
        (Channel.PUSH, IN_FORCE[Provider.WECHAT], OUTDATED, False),
        (Channel.PUSH, None, OUTDATED, False),
        (Channel.PUSH, CURRENT, [Ground.SAME_PERSON, None], False),
    ],
)
def test_a_frame_is_kept_only_as_the_notice_and_a_reviewer_say(channel, version, grounds, wanted):
    assert is_wanted(channel, version, grounds) is wanted


def test_the_notice_in_force_names_the_renewal_and_its_times():
    said = NOTICES[CURRENT]
    assert "30 天内没有答复即删除" in said and "旧照片再加密保存 30 天" in said
    assert ANSWER == BACK == timedelta(days=30)


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("said", list(Answer))
def test_every_answer_in_every_state(state, said, now):
    until = now + timedelta(days=1)
    fits = (state, said) in {(S.OFFERED, Answer.YES), (S.OFFERED, Answer.NO), (S.ACCEPTED, Answer.REVOKE)}
    if fits:
        assert answered(state, said, until, now) is TARGET[said]
    elif state is TARGET[said]:
        assert answered(state, said, until, now) is None
    else:
        with pytest.raises(Conflict):
            answered(state, said, until, now)


@pytest.mark.parametrize(("state", "said"), [(S.OFFERED, Answer.YES), (S.ACCEPTED, Answer.REVOKE)])
def test_the_time_ends_on_the_instant(state, said, now):
    until = now + ANSWER
    assert answered(state, said, until, until - timedelta(microseconds=1))
    with pytest.raises(Conflict):
        answered(state, said, until, until)
    assert not may_revoke(S.ACCEPTED, until, until)
    assert seen(S.OFFERED, until, until) is seen(S.WANTED, until, until) is S.EXPIRED
    assert seen(S.ACCEPTED, until, until) is S.ACCEPTED


def test_what_has_ended_stays_as_it_is():
    for state in (S.DECLINED, S.EXPIRED, S.REVOKED, S.ERASED):
        for target in S:
            with pytest.raises(IllegalTransition):
                advance(state, target)
