"""The counter's screen and the phone say the same at the same time, whoever turns away."""

import pytest

from tests.miniprogram.e2e.acts import film, heading, prepare
from tests.miniprogram.e2e.counter import Counter
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SELF, WIFE = "李*国", "王*英"


def push_to_self(counter: Counter) -> None:
    counter.pick(SELF)
    counter.press("push")
    counter.wait("confirm")
    counter.press("push")


def test_the_phone_hears_that_the_cashier_went_back_and_follows_the_new_message(
    stage: Stage, counter: Counter
) -> None:
    stage.allow()
    stage.let_pass(1)
    stage.allow()
    before = len(stage.messages("李建国"))
    counter.open(stage.open_purchase()["popup_url"])
    push_to_self(counter)
    page = stage.message("李建国", before)
    counter.press("back")
    counter.wait("choose")
    phone = stage.phone("李建国")
    phone.open(page)
    phone.wait("outcome")
    assert heading(phone) == "收费员已返回，请稍等"
    stage.screens.look(phone, "result-gone-back")
    push_to_self(counter)
    phone.wait("agree-face", 20)
    counter.wait("waiting", "已打开")
    assert phone.complaints == []


def test_the_counter_hears_of_documents_wanted_before_filming(stage: Stage, counter: Counter) -> None:
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"])
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    counter.wait("waiting", "正在刷脸")
    counter.look("in-hand")
    phone.tap("other")
    phone.wait("documents")
    counter.wait("documents", "对方要出示身份证", 3)
    counter.look("documents")
    phone.tap("again")
    phone.tap("start")
    counter.wait("waiting", "采集中")
    phone.wait("outcome", 40)


def test_a_failure_without_retries_shows_its_reason_and_how_long_an_appeal_is_open(
    stage: Stage, counter: Counter
) -> None:
    stage.review_appeals()
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"])
    phone = stage.phone("李建国", "another")
    prepare(phone, stage.pushed(purchase))
    film(phone)
    counter.wait("waiting", "重试或申诉")
    stage.let_pass(125)
    counter.let_pass(125)
    counter.wait("failed", "申诉还剩")
    counter.look("failed-for-good")
    assert "等待人脸认证" not in counter.text()
    phone.tap("retry")
    phone.wait("late")
    stage.screens.look(phone, "result-too-late")
    assert phone.count("retry") == 0
    phone.tap("other")
    phone.wait("documents")
    counter.wait("documents", seconds=3)
    assert phone.complaints == []


def test_before_the_time_is_up_the_last_seconds_show_and_the_page_ends(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国", clock=True)
    prepare(phone, stage.pushed(purchase))
    assert phone.count("left") == 0
    stage.let_pass(95)
    phone.let_pass(95)
    phone.wait("left")
    stage.screens.look(phone, "capture-last-seconds")
    stage.let_pass(30)
    phone.let_pass(30)
    phone.wait("outcome")
    assert heading(phone) == "这次没有来得及"
    assert phone.complaints == []


def test_whoever_buys_for_another_reads_for_whom(stage: Stage, counter: Counter) -> None:
    stage.allow("王秀英")
    before = len(stage.messages("王秀英"))
    counter.open(stage.open_purchase()["popup_url"])
    counter.pick(WIFE)
    counter.press("push")
    counter.wait("confirm")
    counter.tick_documents()
    counter.press("push")
    phone = stage.phone("王秀英")
    phone.open(stage.message("王秀英", before))
    phone.wait("agree-face")
    assert phone.text("case-for") == "李*国"
    stage.screens.look(phone, "verify-agent")
    assert phone.complaints == []
