"""The push channel, from the message in WeChat to the result, in real Chromium with real film."""

import pytest

from tests.miniprogram.e2e.phone import Phone
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def test_the_right_person_passes(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    phone.open(stage.pushed(purchase))
    phone.tap("agree")
    phone.tap("next")
    phone.answer("同意")
    phone.answer("允许")
    phone.tap("start")
    phone.wait("outcome", 30)
    print(phone.text("outcome"), phone.complaints)
    assert stage.state(purchase) == "passed"
    assert phone.complaints == []
