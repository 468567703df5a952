"""Whatever a field is given, WeChat takes what is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat import fields
from wechat.simulator import forms

# Their text is written by the program; nobody types into them.
COMPOSED = ("number", "time", "date", "amount", "phone_number", "car_number", "symbol")
TYPED = [kind for kind in fields.LIMITS if kind not in COMPOSED]


@pytest.mark.parametrize("kind", TYPED)
@given(value=st.text(max_size=60))
def test_any_text_becomes_what_wechat_takes(kind: str, value: str) -> None:
    shown = fields.cut({f"{kind}1": value})[f"{kind}1"]["value"]
    assert forms.fits(f"{kind}1", shown), shown


@given(value=st.text(max_size=60))
def test_a_free_text_is_only_cut(value: str) -> None:
    shown = fields.cut({"thing1": value})["thing1"]["value"]
    whole = " ".join(fields.CONTROL.sub(" ", value).split())
    assert shown == (whole or "-") or (shown.endswith("…") and whole.startswith(shown[:-1]))


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("phrase1", "待核验！", "待核验"),
        ("phrase1", "正在等待本人核验", "正在等待本"),
        ("name1", "欧**华", "欧**华"),
        ("name1", "康宁大药房西湖区文三路店", "康宁大药房西湖区文…"),
        ("character_string1", "订单 A-17", "A-17"),
        ("character_string1", "订单", "-"),
        ("thing1", "𠮷" * 11, "𠮷" * 9 + "…"),
    ],
)
def test_a_value_takes_the_form_of_its_field(field: str, value: str, shown: str) -> None:
    assert fields.cut({field: value}) == {field: {"value": shown}} and forms.fits(field, shown)


def test_what_fits_is_left_alone() -> None:
    assert fields.cut({"thing1": "康宁大药房", "amount3": "128.50"}) == {
        "thing1": {"value": "康宁大药房"},
        "amount3": {"value": "128.50"},
    }


def test_the_keys_of_a_template_are_read_from_its_content() -> None:
    content = "事项:{{thing5.DATA}}\n订单编号：{{character_string2.DATA}}\n温馨提示:{{ thing7.DATA }}\n"
    assert fields.labels(content) == {
        "thing5": "事项",
        "character_string2": "订单编号",
        "thing7": "温馨提示",
    }
