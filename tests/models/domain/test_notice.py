import pytest

from models.domain.errors import Invalid
from models.domain.notice import CURRENT, NOTICES, check


def test_the_current_notice_is_accepted():
    check(CURRENT)


@pytest.mark.parametrize("version", ["", "2025-01", CURRENT + " ", "2026-1"])
def test_consent_to_any_other_notice_is_stale(version):
    with pytest.raises(Invalid) as refusal:
        check(version)
    assert refusal.value.code == "notice_stale"


@pytest.mark.parametrize("said", ["人脸", "互联网", "家庭成员", "删除", "可以不同意"])
def test_the_notice_states_purpose_method_relatives_deletion_and_choice(said):
    assert said in NOTICES[CURRENT]
