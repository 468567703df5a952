import re
from pathlib import Path

import pytest

from models.domain.errors import Invalid
from models.domain.notice import (
    ASKED,
    CURRENT,
    IN_FORCE,
    NAMES_BACKGROUND,
    NOTICES,
    Part,
    answered,
    check,
    text,
)
from models.domain.provider import Provider


def test_the_current_notice_is_accepted():
    check(CURRENT)


@pytest.mark.parametrize("version", ["", "2025-01", CURRENT + " ", "2026-1"])
def test_consent_to_any_other_notice_is_stale(version):
    with pytest.raises(Invalid) as refusal:
        check(version)
    assert refusal.value.code == "notice_stale"


def test_each_notice_in_force_says_what_the_law_asks_for():
    for provider, version in IN_FORCE.items():
        shown = text(version, "某市医保局", "12393")
        for said in ("某市医保局，联系方式：12393", "处理人脸信息", "通过互联网传输", "有什么影响", "保留",
                     "查看、导出、要求更正", "15 天内办结", "不刷脸也可以买药"):  # fmt: skip
            assert said in shown, (provider, said)
    assert "180 天" in NOTICES[CURRENT] and "24 个月" in NOTICES[CURRENT] and CURRENT in NAMES_BACKGROUND


def test_each_part_is_answered_beneath_the_point_that_explains_it():
    """The phone finds a part's point by these words of its heading."""
    phone = (Path(__file__).parents[3] / "miniprogram/services/notice.ts").read_text(encoding="utf-8")
    words = dict(re.findall(r"(face|transfer|reference): /([^/]+)/", phone))
    for provider, version in IN_FORCE.items():
        heads = re.findall(r"^[一二三四五六七八九十]+、([^：]+)：", NOTICES[version], re.M)
        for part in ASKED[provider]:
            assert len([head for head in heads if words[part] in head]) == 1, (version, part)


def test_a_part_that_is_not_granted_grants_nothing():
    whole = dict.fromkeys(Part, True)
    assert (
        answered(True, whole) == answered(True, None) == {"face": True, "transfer": True, "reference": True}
    )
    for missing in Part:
        with pytest.raises(Invalid) as refusal:
            answered(True, whole | {missing: False})
        assert refusal.value.code == "consent_missing"
    with pytest.raises(Invalid) as refusal:
        answered(True, None, separately=True)
    assert refusal.value.code == "consent_missing"
    assert answered(True, whole, separately=True) == answered(True, whole)
    assert not any(answered(False, None, separately=True).values())
    assert answered(False, {Part.FACE: True}) == {"face": True, "transfer": False, "reference": False}
    assert answered(True, {Part.FACE: True, Part.TRANSFER: True}, Provider.WECHAT) == {
        "face": True, "transfer": True,
    }  # fmt: skip


@pytest.mark.parametrize("said", ["人脸", "互联网", "家庭成员", "删除", "可以不同意"])
def test_the_notice_states_purpose_method_relatives_deletion_and_choice(said):
    assert said in NOTICES[CURRENT]
