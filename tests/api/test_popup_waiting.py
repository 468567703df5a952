"""The popup while waiting: resent, taken back, expired."""

import re
from dataclasses import replace

import pytest

from api.app import create_app
from api.events.feed import PER_VERIFICATION
from models.domain.notice import CURRENT as NOTICE
from tests.support import play
from tests.support.popups import (
    TICKED,
    Away,
    allow,
    opened,
    pushed,
    states,
)
from tests.support.world import (
    MAN,
    STAFF,
    WIFE,
    WRONG,
    World,
)
from wechat.errors import WeChatRefused, WeChatUnknown


def test_resending_waits_for_thirty_seconds(world: World) -> None:
    verification, popup = opened(world)
    allow(world, WIFE.openid)
    world.clock.tick(1)
    pushed(world, popup)
    assert re.search(r'id="resend"[^>]* hidden', popup.html)
    answer = popup.post("push", person_id=world.ids[WIFE.name], confirmed="yes", **TICKED)
    assert answer.status_code == 409 and popup.says("消息刚刚发出")
    world.clock.tick(30)
    popup.get()
    assert not re.search(r'id="resend"[^>]* hidden', popup.html)
    popup.post("push", person_id=world.ids[WIFE.name], confirmed="yes", **TICKED)
    play.work(world.ports)
    assert states(world, verification) == ["superseded", "waiting"]


def test_a_second_click_is_one_push(world: World) -> None:
    verification, popup = opened(world)
    sent = popup.fields() | {"person_id": world.ids[WIFE.name], "confirmed": "yes", **TICKED}
    for _ in range(3):
        assert popup.browser.post(f"{popup.url}/push", data=sent).status_code == 303
    assert states(world, verification) == ["waiting"]


def test_a_form_sent_again_later_changes_nothing(world: World) -> None:
    verification, popup = opened(world)
    old = popup.fields()
    popup.post("code")
    for action in ("code", "back", "push"):
        assert popup.browser.post(f"{popup.url}/{action}", data=old).status_code == 303
    assert states(world, verification) == ["waiting"]


def test_going_back_keeps_the_choice_and_ends_the_push(world: World) -> None:
    verification, popup = opened(world)
    pushed(world, popup)
    popup.post("back")
    assert popup.screen == "choose"
    assert re.search(rf'value="{world.ids[WIFE.name]}"\s+checked', popup.html)
    assert states(world, verification) == ["superseded"]


def test_going_back_after_a_failure_keeps_the_appeal(world: World) -> None:
    _, popup = opened(world)
    scene = pushed(world, popup)
    phone = world.phone(WIFE.openid)
    play.agree(phone, scene)
    assert play.tried(world, phone, scene, WRONG)["outcome"] == "failed"
    popup.get()
    popup.post("back")
    assert popup.screen == "choose"
    popup.get()
    assert popup.screen == "failed" and popup.says("不能再重试", "参保人可在手机上申诉")
    play.ok(play.appealed(phone, scene), 201)


def test_the_cashiers_phone_instead_of_the_push(world: World) -> None:
    verification, popup = opened(world)
    pushed(world, popup)
    popup.post("code", person_id=world.ids[WIFE.name], **TICKED)
    assert popup.screen == "code" and popup.says("王*英（配偶）")
    assert states(world, verification) == ["superseded", "waiting"]


def test_an_expired_push_is_sent_again_with_one_click(world: World) -> None:
    verification, popup = opened(world)
    pushed(world, popup)
    world.clock.tick(121)
    allow(world, WIFE.openid)
    popup.get()
    assert popup.says('id="resend"', "重新发送")
    popup.post("push", person_id=world.ids[WIFE.name], confirmed="yes")
    assert states(world, verification) == ["expired", "waiting"] and popup.screen == "waiting"


def test_who_has_failed_ten_times_today_is_marked_before_anything_is_sent(world: World) -> None:
    for number in range(4):
        verification = play.opened(world, order_no=f"T-{number}")
        scene = play.pushed(world, verification)
        phone = world.phone(MAN.openid)
        phone.get(f"/mp/v1/attempts/{scene}")
        # After a failure, consent also needs the counter's digits.
        digits = play.state(world, verification)["attempts"][-1]["presence_code"]
        play.agree(phone, scene, **({"presence_code": digits} if digits else {}))
        for _ in range(3 if number < 3 else 1):
            play.tried(world, phone, scene, WRONG)
    _, popup = opened(world)
    assert popup.says("今天没有通过的次数已满，请用“其他方式核验”")
    world.clock.tick(24 * 3600)
    _, popup = opened(world, order_no="A-9")
    assert not popup.says("次数已满")


def test_a_capture_that_came_to_nothing_is_explained(world: World) -> None:
    _, popup = opened(world)
    scene = pushed(world, popup, MAN)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    challenge = play.draw(phone, scene)
    play.show(world, phone, challenge)
    away = create_app(replace(world.ports, matcher=Away())).test_client()
    away.environ_base["HTTP_AUTHORIZATION"] = phone.environ_base["HTTP_AUTHORIZATION"]
    away.post(f"/mp/v1/challenges/{challenge['challenge_id']}/finish", json={})
    popup.get()
    assert popup.screen == "waiting" and popup.says("刚才没有得出结果，不算次数")


def test_the_end_is_shown_for_an_hour(world: World) -> None:
    verification, popup = opened(world)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    world.clock.tick(3599)
    assert popup.get().status_code == 200
    world.clock.tick(2)
    assert popup.get().status_code == 410


def test_an_unknown_step_shows_the_current_screen(world: World) -> None:
    _, popup = opened(world)
    assert popup.get("?step=evil").status_code == 200 and popup.screen == "choose"


def test_an_expired_push_leads_back_to_the_same_choice(world: World) -> None:
    _, popup = opened(world)
    pushed(world, popup)
    world.clock.tick(121)
    popup.get()
    assert popup.screen == "over" and popup.says("认证超时", "返回上一步", "收费员手机人脸", "其他方式核验")
    popup.get(f"?step=choose&person={world.ids[WIFE.name]}")
    assert re.search(rf'value="{world.ids[WIFE.name]}"\s+checked', popup.html)


def test_an_expired_code_is_renewed_for_the_same_person(world: World) -> None:
    verification, popup = opened(world)
    popup.post("code", person_id=world.ids[WIFE.name], **TICKED)
    world.clock.tick(121)
    popup.get()
    assert popup.screen == "over" and popup.says("认证超时", "刷新", "人员不用重选")
    popup.post("code", person_id=world.ids[WIFE.name], **TICKED)
    assert popup.screen == "code" and popup.says("王*英（配偶）")
    assert states(world, verification) == ["expired", "waiting"]


def test_an_expired_code_that_nobody_was_picked_for_promises_no_choice(world: World) -> None:
    _, popup = opened(world)
    popup.post("code")
    world.clock.tick(121)
    popup.get()
    assert popup.screen == "over" and popup.says("刷新") and "人员不用重选" not in popup.html


def test_the_popup_shows_a_scanned_code_and_the_person_chosen_on_the_phone(world: World) -> None:
    _, popup = opened(world)
    popup.post("code")
    assert popup.screen == "code" and popup.says("/qr/")
    scene = re.search(r"/qr/(\w+)\.png", popup.html).group(1)
    phone = world.phone(STAFF)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    popup.get()
    assert popup.screen == "waiting" and popup.says("已扫码", "请在收费员手机上选择实际到店购药人员")
    play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[WIFE.name]}))
    popup.get()
    assert popup.says("王*英（配偶）", "刷新")
    assert 'name="person_id"' not in popup.html
    popup.post("code", confirmed="yes")
    assert popup.screen == "code" and popup.says("扫码后在手机上选择")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (WeChatRefused(43101), ("消息送不到", "对方没有可用的消息额度", "收费员手机人脸", "引导开通")),
        (WeChatRefused(40003), ("消息送不到", "微信拒绝了这条消息")),
    ],
)
def test_a_message_that_cannot_arrive_says_why(
    world: World, error: Exception, words: tuple[str, ...]
) -> None:
    _, popup = opened(world)
    popup.post("push", person_id=world.ids[WIFE.name], confirmed="yes", **TICKED)
    world.wechat.fail = error
    play.work(world.ports)
    popup.get()
    assert popup.screen == "over" and popup.says(*words)


def test_a_message_with_unknown_delivery_says_so(world: World) -> None:
    _, popup = opened(world)
    popup.post("push", person_id=world.ids[WIFE.name], confirmed="yes", **TICKED)
    world.wechat.fail = WeChatUnknown()
    play.work(world.ports)
    popup.get()
    assert popup.screen == "waiting" and popup.says("不能确定消息是否送达", "重新发送", "改用收费员手机人脸")


def test_after_a_declined_consent_the_popup_offers_documents(world: World) -> None:
    _, popup = opened(world)
    scene = pushed(world, popup)
    phone = world.phone(WIFE.openid)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    play.ok(phone.post(f"/mp/v1/attempts/{scene}/consent", json={"notice_version": NOTICE, "granted": False}))
    popup.get()
    assert popup.screen == "over" and popup.says("对方不同意刷脸", "不刷脸也可以买药", "其他方式核验")


def test_the_popup_follows_its_verification_by_its_cookie(world: World) -> None:
    verification, popup = opened(world)
    poll = play.ok(popup.browser.get(f"{popup.url}/events?after=0"))
    assert [event["type"] for event in poll["events"]] == ["verification.opened"]
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    headers = {"Accept": "text/event-stream"}
    stream = popup.browser.get(f"{popup.url}/events", headers=headers).get_data(as_text=True)
    assert "event:" not in stream and stream.count("data: ") == 2
    ended = popup.browser.get(f"{popup.url}/events?after=2", headers=headers)
    assert ended.status_code == 204
    assert world.app.test_client().get(f"{popup.url}/events").status_code == 410


def test_too_many_popups_are_told_to_poll(world: World) -> None:
    _, popup = opened(world)
    headers = {"Accept": "text/event-stream"}
    held = [popup.browser.get(f"{popup.url}/events", headers=headers) for _ in range(PER_VERIFICATION)]
    assert popup.browser.get(f"{popup.url}/events", headers=headers).status_code == 503
    assert play.ok(popup.browser.get(f"{popup.url}/events?after=0"))["last"] == 1
    assert popup.get().status_code == 200
    for answer in held:
        answer.close()
