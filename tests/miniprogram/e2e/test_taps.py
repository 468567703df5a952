"""No tap on the phone is lost, doubled or left without a word, however bad the connection."""

import pytest

from tests.miniprogram.e2e.acts import agree, tick
from tests.miniprogram.e2e.phone import Phone
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLOW = "text=网络有点慢，正在办"


def waited(phone: Phone, path: str, control: str) -> None:
    """Tap twice while no answer comes; the page says so, and the answer leads on when it is there."""
    phone.hold(path)
    phone.tap(control)
    phone.tap_in_vain(control)
    phone.hurry()
    phone.wait(SLOW)
    phone.release(path)
    phone.wait(SLOW, state="hidden")
    assert phone.asked(path) == 1


def test_however_late_the_answers_are_each_tap_counts_once(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("收费员")
    phone.open(stage.coded(purchase))
    phone.tap("person-0")
    waited(phone, "/person", "next")
    tick(phone)
    waited(phone, "/consent", "next")
    phone.answer("同意")
    assert [one["state"] for one in stage.till.read(purchase["id"])["attempts"]] == ["consented"]
    assert phone.complaints == []


def test_answers_that_are_lost_on_their_way_cost_no_tap(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("收费员")
    phone.open(stage.coded(purchase))
    for path in ("/person", "/consent", "/challenges"):
        phone.lose(path, 1)
    phone.tap("person-0")
    phone.tap("next")
    agree(phone)
    phone.answer("同意")
    phone.answer("允许")
    phone.tap("start")
    phone.wait("hard")
    (attempt,) = stage.till.read(purchase["id"])["attempts"]
    assert (attempt["state"], attempt["tries_left"]) == ("challenged", 3)
    assert phone.breaches == []
