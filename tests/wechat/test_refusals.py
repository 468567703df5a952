"""Every errcode of WeChat's leads somewhere."""

import pytest
from wechatpy.constants import WeChatErrorCode

from wechat.refusals import OTHERS, TABLE, TOKEN_CALL, UNLISTED, Kind, meaning

OFFICIAL = sorted(code.value for code in WeChatErrorCode if code.value)


@pytest.mark.parametrize("errcode", sorted({*OFFICIAL, *TABLE, 42003, 45999, 61999, 89999, 123456, -7}))
def test_an_errcode_has_a_kind_a_sentence_and_what_to_do(errcode: int) -> None:
    found = meaning(errcode)
    assert found.kind in Kind and found.says and found.then


@pytest.mark.parametrize(
    ("kind", "errcodes"),
    [
        (Kind.PERMANENT, (41030, 40164, 40013, 40125, 48001, 48004, 47003, 40037, 43107, 89503, 99999)),
        (Kind.PASSING, (-1, 45009, 45011, 40001, 40014, 42001)),
        (Kind.USER, (40226, 43101, 40003, 40029, 40163, 61010, 84015)),
    ],
)
def test_the_ones_met_most_are_what_they_are(kind: Kind, errcodes: tuple[int, ...]) -> None:
    assert {meaning(errcode).kind for errcode in errcodes} == {kind}


def test_a_token_refused_with_40001_is_a_wrong_secret() -> None:
    assert meaning(40001, TOKEN_CALL).kind is Kind.PERMANENT


def test_what_is_not_listed_goes_by_its_thousand_or_is_permanent() -> None:
    assert meaning(48123) is OTHERS[48] and meaning(987654) is UNLISTED
    assert meaning(-7).kind is Kind.PASSING
