"""The four digits: who holds the phone must see the cashier's screen, where the policy wants that."""

import re

import pytest

from tests.miniprogram.e2e.acts import agree, allow_camera, film, heading, tick
from tests.miniprogram.e2e.counter import Counter
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DIGITS = re.compile(r"手机上输入：\s*(\d{4})")


def test_the_phone_asks_for_the_digits_on_the_screen(stage: Stage, counter: Counter) -> None:
    with stage.policy("presence_code", "push"):
        purchase = stage.open_purchase()
        counter.open(purchase["popup_url"])
        phone = stage.phone("李建国")
        phone.open(stage.pushed(purchase))
    phone.wait("presence")
    counter.wait("waiting", "请对方在手机上输入")
    counter.look("presence")
    found = DIGITS.search(counter.text())
    assert found, counter.text()
    phone.type("presence", str((int(found[1]) + 1) % 10_000).zfill(4))
    agree(phone)
    phone.wait("error")
    assert phone.text("error").startswith("数字不对")
    stage.screens.look(phone, "verify-presence")
    phone.type("presence", found[1])
    phone.tap("next")
    allow_camera(phone)
    film(phone)
    assert heading(phone) == "认证成功"
    counter.wait("ended", "认证成功")
    assert phone.complaints == []


def test_whoever_guesses_is_stopped(stage: Stage, counter: Counter) -> None:
    with stage.policy("presence_code", "push"):
        purchase = stage.open_purchase()
        counter.open(purchase["popup_url"])
        phone = stage.phone("李建国")
        phone.open(stage.pushed(purchase))
    counter.wait("waiting", "请对方在手机上输入")
    found = DIGITS.search(counter.text())
    assert found
    tick(phone)
    for guess in range(6):
        phone.type("presence", str((int(found[1]) + 1 + guess) % 10_000).zfill(4))
        phone.tap("next")
        phone.wait("error")
    phone.wait("[mp-id=error]:has-text('数字错了太多次')")
    phone.type("presence", found[1])
    phone.tap("next")
    phone.wait("[mp-id=error]:has-text('数字错了太多次')")
    assert stage.state(purchase) == "open"
