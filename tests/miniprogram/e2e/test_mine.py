"""Reminders turned on and off, and what a person may see and take back."""

import re

import pytest

from tests.miniprogram.e2e.acts import agree, allow_camera, film, heading, prepare
from tests.miniprogram.e2e.stage import Stage

# What only somebody at a counter can do.
SHOP = re.compile("身份证|收费员|买药")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
SUBSCRIBE = "pages/subscribe/subscribe"


def test_reminders_are_allowed(stage: Stage) -> None:
    phone = stage.phone("王秀英")
    phone.open(SUBSCRIBE)
    stage.figures.painted(phone, "subscribe")
    stage.screens.look(phone, "subscribe")
    before = stage.credits("王秀英")
    phone.tap("open")
    stage.screens.glance(phone, "subscribe-panel")
    phone.answer("允许")
    phone.wait("done")
    stage.screens.look(phone, "subscribe-done")
    assert stage.credits("王秀英") == before + 1
    assert phone.complaints == []


def test_reminders_are_refused(stage: Stage) -> None:
    phone = stage.phone("王秀英")
    phone.open(SUBSCRIBE)
    before = stage.credits("王秀英")
    phone.tap("open")
    phone.answer("拒绝")
    phone.wait("refused")
    stage.screens.look(phone, "subscribe-refused")
    assert stage.credits("王秀英") == before
    assert phone.complaints == []


def test_a_refusal_for_ever_can_be_taken_back(stage: Stage) -> None:
    phone = stage.phone("王秀英")
    phone.open(SUBSCRIBE)
    phone.tap("open")
    phone.tap("#overlay label:has-text('总是保持') input")
    phone.answer("拒绝")
    phone.wait("settings")
    stage.screens.look(phone, "subscribe-refused-forever")
    phone.tap("settings")
    for number in range(phone.count("#overlay label:has-text('订阅消息')")):
        phone.tap(f"#overlay label:has-text('订阅消息') >> nth={number}")
    phone.answer("返回")
    phone.tap("open")
    phone.wait("done")
    assert phone.complaints == []


def test_the_main_switch_is_off(stage: Stage) -> None:
    phone = stage.phone("王秀英")
    phone.open(SUBSCRIBE)
    phone.run("phone.setMainSwitch(false)")
    phone.tap("open")
    phone.wait("switch-off")
    stage.screens.look(phone, "subscribe-switch-off")
    assert phone.complaints == []


def test_a_new_phone_says_whose_it_is(stage: Stage) -> None:
    phone = stage.phone("新用户")
    phone.open(SUBSCRIBE)
    phone.tap("open")
    phone.answer("允许")
    phone.wait("bind")
    stage.screens.look(phone, "subscribe-identity")
    phone.choose("id-type", "护照")
    phone.type("id-number", "E12345678")
    phone.wait("[mp-id=id-state]:has-text('证件号正确')")
    phone.choose("id-type", "居民身份证")
    woman = stage.people["李思雨"]
    phone.type("name", woman["name"])
    phone.type("id-number", woman["id_number"])
    phone.tap("bind")
    phone.wait("done")
    assert phone.complaints == []


def test_a_consent_is_withdrawn(stage: Stage) -> None:
    purchase = stage.open_purchase()
    phone = stage.phone("李建国")
    prepare(phone, stage.pushed(purchase))
    stage.figures.decided(film(phone))
    assert heading(phone) == "认证成功"
    phone.open("pages/mine/mine")
    stage.figures.painted(phone, "mine")
    stage.screens.look(phone, "mine")
    phone.tap("export")
    phone.tap("do-export")
    phone.wait("summary")
    stage.screens.look(phone, "mine-export")
    phone.tap("copy")
    phone.wait("copied")
    stage.screens.look(phone, "mine-exported")
    phone.tap("menu")
    phone.tap("erase")
    phone.tap("do-erase")
    stage.screens.look(phone, "mine-erase")
    phone.tap("menu")
    phone.tap("correct")
    phone.type("statement", "名字的“国”字写错了")
    stage.screens.look(phone, "mine-correct")
    phone.tap("do-correct")
    phone.wait("[mp-id=line-0]:has-text('正在办，最晚')")
    stage.screens.look(phone, "mine-requests")
    phone.tap("menu")
    for name in ("bindings", "appeals", "consents"):
        phone.tap(name)
        phone.wait("[mp-id=line-0], [mp-id=empty]")
        stage.screens.look(phone, f"mine-{name}")
        if name != "consents":
            phone.tap("menu")
    phone.tap("ask-0")
    stage.screens.look(phone, "mine-withdraw")
    phone.tap("yes")
    phone.wait("[mp-id=line-0]:has-text('已撤回')")
    assert phone.complaints == []


def test_a_new_photo_on_file_is_agreed_to_and_taken_back(stage: Stage) -> None:
    stage.pushed(stage.open_purchase())
    stage.offer_photo()
    phone = stage.phone("李建国")
    phone.open("pages/mine/mine?list=renewals")
    phone.wait("other-0")
    stage.screens.look(phone, "mine-renewals")
    phone.tap("ask-0")
    phone.tap("yes")
    phone.wait("[mp-id=line-0]:has-text('您换用了新照片')")
    phone.tap("ask-0")
    phone.tap("yes")
    phone.wait("[mp-id=line-0]:has-text('已换回以前的照片')")
    assert phone.complaints == []


def test_only_who_has_just_passed_may_delete_everything(stage: Stage) -> None:
    phone = stage.newcomer("何静")
    phone.open("pages/mine/mine")
    phone.tap("erase")
    phone.tap("do-erase")
    phone.tap("yes")
    phone.wait("error")
    stage.screens.look(phone, "mine-erase-refused")
    # Nobody else in these films can pass, and the man's photo is needed: the server's yes is played.
    phone.alter("/mp/v1/me", status=204)
    phone.tap("do-erase")
    phone.tap("yes")
    phone.wait("erased")
    stage.screens.look(phone, "mine-erased")
    assert phone.complaints == []


def test_a_phone_without_a_message_has_nothing_to_do(stage: Stage) -> None:
    phone = stage.phone("王秀英", font=32)
    phone.open("pages/verify/verify")
    phone.wait("nothing")
    assert phone.run("document.querySelector('.page').style.getPropertyValue('--u')") == "2"
    stage.screens.look(phone, "verify-nothing")
    assert phone.complaints == []


def test_the_face_check_that_export_asks_for_begins_on_this_page(stage: Stage) -> None:
    stage.open_purchase()  # which also forgets the frames of earlier scenes
    stage.let_pass(3600)
    phone = stage.phone("李建国")
    phone.open("pages/mine/mine")
    phone.tap("export")
    phone.tap("do-export")
    phone.wait("pass")
    stage.screens.look(phone, "mine-needs-pass")
    phone.tap("pass")
    agree(phone)
    allow_camera(phone)
    film(phone)
    assert heading(phone) == "认证成功"
    stage.screens.look(phone, "result-passed-self")
    phone.tap("to-mine")
    phone.tap("export")
    phone.tap("do-export")
    phone.wait("summary")
    assert phone.complaints == []


def test_whoever_would_rather_not_is_not_sent_to_a_cashier(stage: Stage) -> None:
    stage.let_pass(3600)
    phone = stage.phone("李建国")
    phone.open("pages/mine/mine")
    phone.tap("export")
    phone.tap("do-export")
    phone.tap("pass")
    phone.tap("decline")
    stage.screens.look(phone, "verify-self-sure")
    assert not SHOP.search(phone.run("document.body.innerText"))
    phone.tap("sure-back")
    agree(phone)
    allow_camera(phone)
    assert not SHOP.search(phone.run("document.body.innerText"))
    phone.tap("other")
    phone.wait("erase")
    assert phone.complaints == []
