"""The cashier's popup without JavaScript: pages, cookies, forms."""

import re
from dataclasses import replace

import pytest

from api.app import create_app
from tests.support import play
from tests.support.popups import (
    TICKED,
    Broken,
    allow,
    csrf_of,
    opened,
    pushed,
    states,
    typed,
)
from tests.support.world import (
    AGENT,
    CHILD,
    FACELESS,
    MAN,
    WIFE,
    WRONG,
    Insured,
    World,
)

# ------------------------------------------------------------------------------------- the screens


def test_choosing_shows_everybody_and_what_can_be_done(world: World) -> None:
    allow(world, WIFE.openid)
    _, popup = opened(world)
    assert popup.screen == "choose"
    assert popup.says("请选择", "实际到店购药人员", "李*国", "王*英", "配偶", "可推送", "无额度")
    assert popup.says("人员列表中找不到代办人信息，可使用“手动录入”填写代办人信息")
    assert popup.says("推送人脸认证", "手动录入", "收费员手机人脸", "其他方式核验", "引导开通")
    assert popup.says("孩子不用刷脸，请家长本人刷脸", "无比对照片，请用“其他方式核验”")
    assert MAN.id_number not in popup.html and MAN.name not in popup.html


def test_a_push_goes_through_every_step_to_the_end(world: World) -> None:
    verification, popup = opened(world)
    allow(world, WIFE.openid)
    popup.post("push", person_id=world.ids[WIFE.name])
    assert popup.screen == "confirm" and popup.says("已核对参保人身份证", "已核对代办人身份证")
    popup.post("push", person_id=world.ids[WIFE.name], confirmed="yes", **TICKED)
    assert popup.screen == "waiting" and popup.says("正在把消息送到")
    play.work(world.ports)
    popup.get()
    assert popup.says("已送达：请对方打开微信", "王*英（配偶）", 'http-equiv="refresh"', "120")
    scene = world.wechat.sent[-1][1].split("scene=")[1]
    phone = world.phone(WIFE.openid)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    popup.get()
    assert popup.says("已打开：对方正在阅读告知")
    play.agree(phone, scene)
    popup.get()
    assert popup.says("已同意：")
    challenge = play.draw(phone, scene)
    popup.get()
    assert popup.says("采集中：")
    play.show(world, phone, challenge, WRONG)
    play.finish(phone, challenge)
    popup.get()
    assert popup.screen == "waiting" and popup.says("没有看到动作，参保人可在手机上重试或申诉")
    play.ok(play.appealed(phone, scene), 201)
    popup.get()
    assert popup.screen == "ended" and popup.says("已提交申诉", "可继续购药，关闭弹窗即可", "end appealed")
    assert states(world, verification) == ["appealed"]


def test_a_pass_says_that_the_popup_may_be_closed(world: World) -> None:
    verification, popup = opened(world)
    scene = pushed(world, popup, MAN)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    popup.get()
    assert popup.says("认证成功", "本次购药人脸认证完成，关闭弹窗即可")
    assert popup.says(f'data-verification="{verification}"', 'data-state="passed"')


def test_a_capture_being_decided_offers_no_button(world: World) -> None:
    verification, popup = opened(world)
    scene = pushed(world, popup, MAN)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    challenge = play.draw(phone, scene)
    play.show(world, phone, challenge)
    broken = create_app(replace(world.ports, matcher=Broken())).test_client()
    broken.environ_base["HTTP_AUTHORIZATION"] = phone.environ_base["HTTP_AUTHORIZATION"]
    broken.post(f"/mp/v1/challenges/{challenge['challenge_id']}/finish", json={})
    popup.get("?step=bypass")
    assert states(world, verification) == ["captured"]
    assert popup.screen == "waiting" and popup.says("比对中") and "<button" not in popup.html


def test_an_unexpected_error_shows_a_page_that_leads_back(world: World) -> None:
    _, popup = opened(world)
    held = popup.browser.get_cookie("yibao_popup", path=popup.url)
    assert held
    popup.browser = create_app(replace(world.ports, directory=Broken())).test_client()
    popup.browser.set_cookie("yibao_popup", held.value, path=popup.url)
    for show in (popup.get, lambda: popup.post("push", person_id=world.ids[MAN.name])):
        answer = show()
        assert (answer.status_code, answer.mimetype) == (500, "text/html")
        assert popup.screen == "broken" and popup.says("系统暂时有问题", f'href="{popup.url}"')
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    answer = popup.browser.get(f"{popup.url}/nowhere")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_the_popup_asks_for_confirmation_before_a_push_to_the_card_holder(world: World) -> None:
    verification, popup = opened(world)
    allow(world, MAN.openid)
    popup.post("push", person_id=world.ids[MAN.name])
    assert popup.screen == "confirm" and popup.says("将推送给：<em>李*国（本人）")
    assert states(world, verification) == []
    popup.post("push", person_id=world.ids[MAN.name], confirmed="yes")
    assert popup.screen == "waiting"


def test_missing_credit_is_shown_before_the_push(world: World) -> None:
    verification, popup = opened(world)
    popup.post("push", person_id=world.ids[WIFE.name])
    assert popup.screen == "confirm" and popup.says("消息可能送不到")
    assert states(world, verification) == []


@pytest.mark.parametrize(
    ("who", "words"),
    [(CHILD, "孩子不用刷脸，请家长本人刷脸"), (FACELESS, "没有比对照片"), (None, "请先选择实际到店购药人员")],
    ids=["child", "no photo", "nobody"],
)
def test_an_undeliverable_push_is_announced_with_its_alternative(
    world: World, who: Insured | None, words: str
) -> None:
    verification, popup = opened(world)
    answer = popup.post("push", person_id=world.ids[who.name] if who else "", step="choose")
    assert answer.status_code == 422
    assert popup.screen == "choose" and popup.says('role="alert"', words, "其他方式核验")
    assert states(world, verification) == []


def test_a_person_without_wechat_is_led_to_the_cashiers_phone(world: World) -> None:
    verification, popup = opened(world)
    wife = world.phone(WIFE.openid)
    (binding,) = play.ok(wife.get("/mp/v1/me/bindings"))["bindings"]
    assert wife.delete(f"/mp/v1/me/bindings/{binding['binding_id']}").status_code == 204
    popup.get()
    assert popup.says("未开通", "可用“收费员手机人脸”，或“引导开通”")
    assert popup.post("push", person_id=world.ids[WIFE.name], step="choose").status_code == 422
    assert popup.says("尚未开通微信推送")
    popup.post("code", person_id=world.ids[WIFE.name], **TICKED)
    assert popup.screen == "code" and popup.says("王*英（配偶）")


@pytest.mark.parametrize("action", ["push", "code"])
def test_the_popup_asks_for_the_check_list_whatever_the_policy(world: World, action: str) -> None:
    verification, popup = opened(world)
    allow(world, WIFE.openid)
    wife = world.ids[WIFE.name]
    popup.post(action, person_id=wife)
    assert popup.screen == "confirm" and states(world, verification) == []
    assert len(re.findall(r'type="checkbox"[^>]* required', popup.html)) == 2
    for some in ({}, {"agent_document": "yes"}, {"cardholder_document": "yes"}):
        answer = popup.post(action, person_id=wife, confirmed="yes", step="confirm", **some)
        assert answer.status_code == 422 and popup.screen == "confirm" and popup.says("逐项勾选")
    assert states(world, verification) == []
    popup.post(action, person_id=wife, confirmed="yes", **TICKED)
    assert states(world, verification) == ["waiting"]
    popup.post("code", person_id=wife, confirmed="yes")
    assert states(world, verification) == ["superseded", "waiting"]


@pytest.mark.parametrize("action", ["push", "code"])
def test_an_agent_typed_in_needs_the_check_list_too(world: World, action: str) -> None:
    verification, popup = opened(world)
    sent = {key: value for key, value in typed().items() if key not in TICKED}
    assert popup.post(action, **sent).status_code == 422
    assert popup.screen == "manual" and popup.says("逐项勾选", AGENT.id_number)
    assert states(world, verification) == []


def test_the_card_holder_on_the_cashiers_phone_needs_no_check_list(world: World) -> None:
    verification, popup = opened(world)
    popup.post("code", person_id=world.ids[MAN.name])
    assert popup.screen == "code" and states(world, verification) == ["waiting"]


# ------------------------------------------------------------------------------------ manual entry


def test_an_agent_is_typed_in_and_pushed_to(world: World) -> None:
    verification, popup = opened(world)
    popup.get("?step=manual")
    assert popup.says(
        "填写代办人信息", "代办人姓名", "代办人证件号", "与本人关系", "请选择", "社区（村）人员"
    )
    assert popup.post("push", **typed()).status_code == 409
    assert popup.screen == "manual" and popup.says(
        "没有消息额度", "收费员手机人脸", 'name="confirmed" value="yes"'
    )
    popup.post("push", **typed(confirmed="yes"))
    assert popup.screen == "waiting" and popup.says("陈*兰（护工）")
    assert play.state(world, verification)["attempts"][0]["person"]["relation"] == "护工"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"id_number": AGENT.id_number[:-1] + "0"}, 422, "证件号不正确"),
        ({"name": "陈桂芳"}, 422, "没有找到此人"),
        ({"relation": ""}, 422, "请选择与本人关系"),
        ({"name": ""}, 400, "请把各项填写完整"),
        ({"name": "x" * 201}, 400, "请把各项填写完整"),
        ({"id_type": "tattoo"}, 400, "请把各项填写完整"),
    ],
    ids=["checksum", "name", "relation", "no name", "long name", "no such document"],
)
def test_a_wrong_entry_stays_in_the_form_to_be_put_right(
    world: World, changes: dict[str, str], status: int, words: str
) -> None:
    _, popup = opened(world)
    sent = typed(**changes)
    assert popup.post("push", **sent).status_code == status
    assert popup.screen == "manual" and popup.says(words, sent["id_number"])


def test_a_number_of_digits_only_stays_text(world: World) -> None:
    _, popup = opened(world)
    popup.post("push", **typed(name="123", id_number="330106196503100083"))
    assert popup.screen == "manual" and popup.says('value="123"')


def test_a_typed_person_need_not_be_typed_again(world: World) -> None:
    verification, popup = opened(world)
    popup.post("code", **typed())
    assert popup.screen == "code" and popup.says("陈*兰（护工）")
    agent = world.ids[AGENT.name]
    popup.post("code", person_id=agent)
    assert popup.screen == "code" and popup.says("陈*兰（护工）")
    popup.post("back")
    assert popup.screen == "choose" and popup.says("手动录入</small>")
    assert re.search(rf'value="{agent}"\s+checked', popup.html)
    popup.post("push", person_id=agent)
    assert popup.screen in ("waiting", "confirm")
    assert states(world, verification)[:2] == ["superseded", "superseded"]


# ----------------------------------------------------------------------------------- other ways


def test_documents_end_the_verification(world: World) -> None:
    verification, popup = opened(world)
    pushed(world, popup)
    popup.get("?step=bypass")
    assert popup.screen == "bypass" and popup.says('value="张收银"', "查验证件", "原因")
    popup.post("bypass", staff="张收银", document="居民身份证", reason="本人不愿刷脸", step="bypass")
    assert popup.screen == "ended" and popup.says("已用其他方式核验", "可继续购药，关闭弹窗即可")
    assert play.state(world, verification)["state"] == "bypassed"


def test_documents_without_a_reason_stay_in_the_form(world: World) -> None:
    verification, popup = opened(world)
    answer = popup.post("bypass", staff="张收银", document="居民身份证", reason="", step="bypass")
    assert answer.status_code == 400 and popup.screen == "bypass" and popup.says("请把各项填写完整")
    assert play.state(world, verification)["state"] == "open"


def test_opening_the_service_shows_a_code_and_six_digits(world: World) -> None:
    _, popup = opened(world)
    popup.post("till-code", person_id=world.ids[WIFE.name])
    assert popup.screen == "subscribe" and popup.says("/qr/subscribe.png", "立即开通")
    digits = re.search(r'aria-label="六位开通码">(\d{6})<', popup.html).group(1)
    stranger = world.phone("openid-of-a-new-phone")
    body = {"name": WIFE.name, "id_number": WIFE.id_number, "till_code": digits}
    assert play.ok(stranger.post("/mp/v1/bindings", json=body), 201)["proof"] == "till"


@pytest.mark.parametrize(
    ("end", "words"),
    [("cancel", "本次核验已取消"), ("lapse", "本次核验已超过 30 分钟")],
)
def test_an_end_by_the_till_is_shown(world: World, end: str, words: str) -> None:
    verification, popup = opened(world)
    if end == "cancel":
        play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    else:
        world.clock.tick(1801)
    popup.get("?step=manual")
    assert popup.screen == "ended" and popup.says(words, "重新发起")
    assert popup.post("code", csrf=csrf_of(world, popup), attempt=0).status_code == 409
    assert popup.screen == "ended"
