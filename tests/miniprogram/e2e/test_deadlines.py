"""What the clock ends while people are not looking, and what it may not take away."""

import pytest

from tests.miniprogram.e2e.acts import film, heading, prepare
from tests.miniprogram.e2e.counter import Counter
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_phone_put_aside_before_filming_comes_too_late(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    stage.let_pass(121)
    phone.tap("start")
    phone.wait("outcome")
    assert heading(phone) == "这次没有来得及"
    assert stage.state(purchase) == "open"
    assert phone.complaints == []


def test_a_failure_can_still_be_appealed_when_its_time_for_retries_is_over(
    stage: Stage, counter: Counter
) -> None:
    stage.review_appeals()
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"])
    phone = stage.phone("李建国", "another")
    prepare(phone, stage.pushed(purchase))
    film(phone)
    assert heading(phone) == "这次没有通过"
    stage.let_pass(500)
    phone.reload()
    phone.wait("outcome")
    assert phone.count("retry") == 0
    phone.tap("appeal")
    phone.wait("submit")
    phone.tap("reason-photo_outdated")
    phone.type("statement", "登记的照片是十年前拍的")
    phone.tap("submit")
    phone.wait("outcome")
    assert heading(phone) == "申诉已提交"
    counter.wait("ended", "可继续购药，关闭弹窗即可")
    assert phone.complaints == []


def test_after_ten_minutes_an_appeal_is_refused_in_plain_words(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国", "another")
    prepare(phone, stage.pushed(purchase))
    film(phone)
    phone.tap("appeal")
    phone.wait("submit")
    phone.tap("reason-photo_outdated")
    phone.type("statement", "登记的照片是十年前拍的")
    stage.let_pass(601)
    phone.tap("submit")
    phone.wait("error")
    stage.screens.look(phone, "appeal-too-late")
    assert phone.text("error") == "申诉的时间过了，请出示身份证。"
    assert stage.state(purchase) == "open"


def test_whoever_comes_back_after_hours_is_logged_in_anew(stage: Stage) -> None:
    phone = stage.phone("王秀英")
    phone.open("pages/mine/mine")
    phone.wait("bindings")
    phone.tap("appeals")
    phone.wait("[mp-id=line-0], [mp-id=empty]")
    phone.tap("menu")
    stage.let_pass(2 * 3600 + 1)
    phone.tap("bindings")
    phone.wait("[mp-id=line-0], [mp-id=empty]")
    assert phone.complaints == []


def test_a_purchase_left_alone_lapses_before_the_cashiers_eyes(stage: Stage, counter: Counter) -> None:
    counter.open(stage.open_purchase()["popup_url"])
    counter.wait("choose")
    stage.let_pass(30 * 60 + 1)
    counter.let_pass(30 * 60 + 1)
    counter.wait("ended", "本次核验已超过 30 分钟")
    counter.look("lapsed")
