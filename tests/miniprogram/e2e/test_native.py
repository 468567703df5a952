"""WeChat's own face verification in place of our camera: the institution's provider is `wechat`."""

from collections.abc import Iterator

import pytest

from scripts.demo.till import Till
from tests.miniprogram.e2e.acts import agree, heading
from tests.miniprogram.e2e.phone import Phone
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def till(stage: Stage) -> Iterator[Till]:
    """Yield the till of an institution that WeChat verifies for."""
    joined = stage.join("微信药房", "wechat")
    yield joined
    joined.close()


def at_native(stage: Stage, till: Till) -> tuple[Phone, dict[str, str]]:
    purchase = stage.open_purchase(till)
    phone = stage.phone("李建国")
    phone.open(stage.pushed(purchase, till))
    agree(phone)
    phone.wait("native")
    return phone, purchase


def test_wechat_says_that_it_is_the_insured(stage: Stage, till: Till) -> None:
    phone, purchase = at_native(stage, till)
    stage.screens.look(phone, "capture-native")
    phone.tap("start")
    stage.screens.glance(phone, "capture-native-wechat")
    phone.answer("通过")
    phone.wait("outcome")
    assert heading(phone) == "认证成功"
    assert stage.state(purchase, till) == "passed"
    assert till.check_receipt(till.read(purchase["id"])["receipt"])["provider"] == "wechat"
    assert phone.complaints == []


def test_wechat_says_that_it_is_somebody_else(stage: Stage, till: Till) -> None:
    phone, purchase = at_native(stage, till)
    phone.tap("start")
    phone.answer("不通过")
    phone.wait("outcome")
    assert heading(phone) == "这次没有通过"
    stage.screens.look(phone, "result-native-failed")
    phone.tap("retry")
    phone.wait("native")
    phone.tap("start")
    phone.answer("通过")
    phone.wait("outcome")
    assert heading(phone) == "认证成功"
    assert stage.state(purchase, till) == "passed"


def test_whoever_turns_back_in_wechat_has_not_failed(stage: Stage, till: Till) -> None:
    phone, purchase = at_native(stage, till)
    phone.tap("start")
    phone.answer("取消")
    phone.wait("outcome")
    stage.screens.look(phone, "result-native-cancelled")
    assert phone.count("retry") == 1 and phone.count("appeal") == 0
    assert stage.state(purchase, till) == "open"
