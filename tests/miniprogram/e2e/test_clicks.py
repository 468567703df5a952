"""No click at the counter is lost, doubled or left without a word, however bad the connection."""

import time

import pytest

from tests.miniprogram.e2e.acts import tick
from tests.miniprogram.e2e.counter import Counter
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BUSY = "document.querySelectorAll('[aria-busy=true]').length === 1"
ALL_DISABLED = "[...document.querySelectorAll('main button')].every((one) => one.disabled || one.hidden)"
SLOW = "document.querySelector('.slow')?.textContent.includes('还没有回应')"
FAILED = "document.querySelector('.refused')?.textContent === '刚才的操作没有成功，请再点一次。'"


def states(stage: Stage, purchase: dict[str, str]) -> list[str]:
    return [one["state"] for one in stage.till.read(purchase["id"])["attempts"]]


def test_with_three_seconds_of_latency_every_click_counts(stage: Stage, counter: Counter) -> None:
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"])
    counter.wait("choose")
    counter.slow(3)
    for control, screen in (("code", "code"), ("back", "choose"), ("code", "code"), ("back", "choose")):
        counter.press(control)
        assert counter.run(BUSY) and counter.run(ALL_DISABLED)
        counter.wait(screen, seconds=8)
    assert states(stage, purchase) == ["superseded", "superseded"]


def test_a_frozen_server_is_waited_for_with_a_word(stage: Stage, counter: Counter) -> None:
    phone = stage.phone("李建国")
    phone.open(stage.pushed(stage.open_purchase()))
    tick(phone)
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"])
    counter.wait("choose")
    with stage.installation.frozen("web"):
        counter.press("code")
        begun = time.monotonic()
        phone.tap("next")
        counter.until(SLOW, 8)
        phone.wait("text=网络有点慢，正在办")
        counter.look("press-slow")
        time.sleep(max(0.0, 10 - (time.monotonic() - begun)))
    counter.wait("code")
    assert states(stage, purchase) == ["waiting"]
    phone.answer("同意")
    assert phone.asked("/consent") == 1


@pytest.mark.parametrize("lost", [1, 3])
def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(
    stage: Stage, counter: Counter, lost: int
) -> None:
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"])
    counter.wait("choose")
    counter.lose(lost)
    counter.press("code")
    counter.wait("code")
    assert states(stage, purchase) == ["waiting"]


def test_what_nobody_answers_can_be_pressed_again(stage: Stage, counter: Counter) -> None:
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"])
    counter.wait("choose")
    with stage.installation.frozen("web"):
        counter.press("code")
        counter.let_pass(16)
        counter.until(FAILED, 18)
    counter.press("code")
    counter.wait("code")
    assert states(stage, purchase) == ["waiting"]


def test_whoever_is_picked_stays_picked_on_the_way_to_documents(stage: Stage, counter: Counter) -> None:
    counter.open(stage.open_purchase()["popup_url"])
    counter.pick("王*英")
    counter.press("bypass")
    counter.wait("bypass")
    assert "王*英" in counter.run("document.getElementById('who').selectedOptions[0].textContent")
    counter.press("back")
    counter.wait("choose")
    assert counter.picked() == "王*英"
