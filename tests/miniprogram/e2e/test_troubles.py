"""The application is away: every page says what to do, and goes on when it is back."""

import pytest

from tests.miniprogram.e2e.acts import film, heading, prepare
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ("subscribe", "verify", "result", "appeal", "cashier", "agents")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_finds_no_server_tries_again(stage: Stage, name: str) -> None:
    page = stage.pushed(stage.open_purchase())
    phone = stage.phone("李建国")
    with stage.out_of_order():
        phone.open(page.replace("verify/verify", f"{name}/{name}"))
        phone.wait("trouble", 30)
        stage.screens.look(phone, f"{name}-trouble")
        assert heading(phone) == "没有成功"
    phone.tap("again")
    phone.wait("trouble", state="hidden")
    assert phone.breaches == []


def test_a_list_that_finds_no_server_tries_again(stage: Stage) -> None:
    phone = stage.phone("李建国")
    phone.open("pages/mine/mine")
    with stage.out_of_order():
        phone.tap("bindings")
        phone.wait("trouble", 30)
        stage.screens.look(phone, "mine-trouble")
    phone.tap("again")
    phone.wait("line-0")
    assert phone.breaches == []


def test_a_server_that_goes_before_the_start_costs_one_tap(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    with stage.out_of_order():
        phone.tap("start")
        phone.wait("trouble", 30)
        stage.screens.look(phone, "capture-trouble")
    phone.tap("again")
    phone.wait("start")
    film(phone)
    assert heading(phone) == "认证成功"
    assert phone.breaches == []
