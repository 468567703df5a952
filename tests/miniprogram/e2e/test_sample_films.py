"""The sample films that `make phone` and `make demo` offer in place of a webcam."""

import pytest

from tests.miniprogram.e2e.acts import heading, prepare
from tests.miniprogram.e2e.phone import Phone
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RIGHT, ANOTHER = "/films/single_face.mp4", "/films/WolfgangLanger_Pexels.mp4"


def at_the_start(stage: Stage, film: str) -> tuple[Phone, dict[str, str]]:
    purchase = stage.open_purchase()
    phone = stage.phone_with_film("李建国", film)
    prepare(phone, stage.pushed(purchase))
    return phone, purchase


def test_the_right_persons_film_passes(stage: Stage) -> None:
    phone, purchase = at_the_start(stage, RIGHT)
    phone.tap("start")
    phone.wait("outcome", 40)
    assert heading(phone) == "认证成功", phone.text(".page")
    assert stage.state(purchase) == "passed"


def test_another_persons_film_is_judged_anew_at_each_try(stage: Stage) -> None:
    phone, purchase = at_the_start(stage, ANOTHER)
    for _ in range(2):
        phone.tap("start")
        phone.wait("outcome", 40)
        assert "现在拍的" not in phone.text(".page"), phone.text(".page")
        phone.tap("retry")
        phone.wait("start")
    assert stage.state(purchase) == "open"
