"""Whatever a field is given, WeChat takes what is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat import fields
from wechat.simulator import checks

FREE = [kind for kind in fields.LIMITS if kind not in checks.FORMS]


@pytest.mark.parametrize("kind", FREE)
@given(value=st.text(max_size=60))
def test_a_free_text_is_cut_to_what_wechat_takes(kind: str, value: str) -> None:
    data = fields.cut({f"{kind}1": value})
    body = {"touser": "openid-1", "template_id": "t", "data": data}
    assert checks.message_errcode(body, {"t"}) == (0, "ok")
    whole = " ".join(value.split())
    shown = data[f"{kind}1"]["value"]
    assert shown == (whole or "-") or (shown.endswith("…") and whole.startswith(shown[:-1]))


def test_what_fits_is_left_alone() -> None:
    assert fields.cut({"thing1": "康宁大药房", "amount3": "128.50"}) == {
        "thing1": {"value": "康宁大药房"},
        "amount3": {"value": "128.50"},
    }
