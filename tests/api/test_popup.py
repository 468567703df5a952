"""What the cashier's popup shows and does, without script: pages, cookies, forms."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.admin import institutions
from api.app import create_app
from api.contacts import credits
from api.events.feed import PER_VERIFICATION
from api.popup import holder
from matcher.errors import MatcherUnavailable
from models.domain.errors import Invalid
from models.domain.notice import CURRENT as NOTICE
from models.domain.subscription import Fact, FactKind
from tests.support import play
from tests.support.world import (
    AGENT,
    CHILD,
    FACELESS,
    MAN,
    STAFF,
    TEMPLATE,
    WIFE,
    WRONG,
    Insured,
    World,
    purchase,
)
from wechat.errors import WeChatRefused, WeChatUnknown

TICKED = {"cardholder_document": "yes", "agent_document": "yes"}
TEMPLATES = Path(__file__).parents[2] / "api/templates/popup"


class Popup:
    """A browser without script on one popup."""

    def __init__(self, world: World, url: str) -> None:
        self.world, self.url = world, url.removeprefix("http://127.0.0.1:8000")
        self.browser = world.app.test_client()
        self.html = ""

    def get(self, query: str = "") -> TestResponse:
        return self._seen(self.browser.get(self.url + query))

    def _seen(self, answer: TestResponse) -> TestResponse:
        self.html = answer.get_data(as_text=True)
        return answer

    @property
    def screen(self) -> str:
        return str(re.search(r'data-screen="(\w+)"', self.html).group(1))

    def fields(self) -> dict[str, str]:
        """Return the form's own fields of the page on show."""
        found = re.findall(r'<input type="hidden" name="(csrf|attempt)" value="([^"]*)"', self.html)
        return dict(found)

    def post(self, action: str, **fields: Any) -> TestResponse:
        """Send a form of the page on show, and follow to where it leads."""
        answer = self.browser.post(f"{self.url}/{action}", data=self.fields() | fields)
        if answer.status_code == 303:
            return self._seen(self.browser.get(answer.headers["Location"]))
        return self._seen(answer)

    def says(self, *words: str) -> bool:
        return all(word in self.html for word in words)


class Broken:
    """A matcher that dies of everything."""


class Away:
    """A matcher that cannot be reached."""

    def examine(self, *_: Any) -> None:
        raise MatcherUnavailable


def opened(world: World, **changes: Any) -> tuple[str, Popup]:
    """Open a verification whose persons can be pushed to, and its popup."""
    answer = play.ok(world.till().post("/v1/verifications", json=purchase(**changes)), 201)
    popup = Popup(world, answer["popup_url"])
    assert popup.get().status_code == 200
    return answer["id"], popup


def allow(world: World, *openids: str) -> None:
    """Let these WeChat users have allowed one message each."""
    with world.ports.database.transaction() as db:
        for openid in openids:
            index = world.ports.vault.index("openid", openid)
            credits.learn(world.ports, db, index, TEMPLATE, Fact(FactKind.ACCEPTED, world.ports.now()))


def pushed(world: World, popup: Popup, who: Insured = WIFE) -> str:
    """Push to somebody with credit from the popup and deliver it; return the scene."""
    allow(world, who.openid)
    popup.get("?step=choose")
    popup.post("push", person_id=world.ids[who.name], confirmed="yes", **TICKED)
    play.work(world.ports)
    popup.get()
    return world.wechat.sent[-1][1].split("scene=")[1]


def states(world: World, verification: str) -> list[str]:
    return [one["state"] for one in play.state(world, verification)["attempts"]]


# ---------------------------------------------------------------------------- who holds the popup


def test_the_first_browser_keeps_the_popup_and_others_find_it_gone(world: World) -> None:
    _, popup = opened(world)
    assert popup.get().status_code == 200
    other = Popup(world, popup.url)
    assert other.get().status_code == 410
    assert "此链接已失效" in other.html and MAN.name not in other.html
    assert popup.get().status_code == 200


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
    ],
)
def test_a_link_is_not_used_up_by_what_only_tries_it(
    world: World, method: str, headers: dict[str, str]
) -> None:
    answer = play.ok(world.till().post("/v1/verifications", json=purchase()), 201)
    popup = Popup(world, answer["popup_url"])
    tried = world.app.test_client().open(popup.url, method=method, headers=headers)
    assert tried.status_code == 410 and "Set-Cookie" not in tried.headers
    assert popup.get().status_code == 200


def test_a_void_link_says_so_in_the_frame_it_was_opened_in(world: World) -> None:
    institutions.set_popup(world.ports, world.institutions[0], ("https://till.example",), None)
    _, popup = opened(world)
    stranger = world.app.test_client().get(popup.url)
    assert stranger.status_code == 410
    assert stranger.headers["Content-Security-Policy"].endswith("frame-ancestors https://till.example")
    guessed = world.app.test_client().get("/popup/" + "x" * 32)
    assert guessed.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_the_cookie_is_for_this_popup_alone(world: World) -> None:
    answer = play.ok(world.till().post("/v1/verifications", json=purchase()), 201)
    popup = Popup(world, answer["popup_url"])
    cookie = popup.get().headers["Set-Cookie"]
    assert f"Path={popup.url}" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert 1800 <= int(re.search(r"Max-Age=(\d+)", cookie).group(1)) <= 1800 + 3600


def test_in_production_a_framed_popup_keeps_its_cookie(world: World) -> None:
    institutions.set_popup(world.ports, world.institutions[0], ("https://till.example",), None)
    settings = world.ports.settings.model_copy(update={"base_url": "https://face.example"})
    app = create_app(replace(world.ports, settings=settings))
    answer = play.ok(world.till().post("/v1/verifications", json=purchase()), 201)
    path = answer["popup_url"].removeprefix("http://127.0.0.1:8000")
    shown = app.test_client().get(path)
    cookie = shown.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=None", "Partitioned"))
    assert shown.headers["Content-Security-Policy"].endswith("frame-ancestors https://till.example")


def test_a_cookie_of_another_verification_opens_nothing(world: World) -> None:
    _, popup = opened(world)
    _, other = opened(world, order_no="A-2")
    stolen = popup.browser.get_cookie("yibao_popup", path=popup.url)
    thief = world.app.test_client()
    thief.set_cookie("yibao_popup", stolen.value, path=other.url)
    assert thief.get(other.url).status_code == 410
    assert thief.get(f"{other.url}/events").status_code == 410
    fields = popup.fields()
    assert thief.post(f"{other.url}/back", data=fields).status_code == 410


def test_a_new_link_replaces_the_older_one_and_its_cookie(world: World) -> None:
    verification, popup = opened(world)
    renewed = play.ok(world.till().post(f"/v1/verifications/{verification}/popup", json={}))
    assert popup.get().status_code == 410
    again = Popup(world, renewed["popup_url"])
    assert again.get().status_code == 200


def test_a_guessed_link_looks_like_a_used_one(world: World) -> None:
    _, popup = opened(world)
    used, guessed = Popup(world, popup.url), Popup(world, "/popup/" + "x" * 32)
    pages = [re.sub(r'nonce="\w+"', "", one.get().get_data(as_text=True)) for one in (used, guessed)]
    assert pages[0] == pages[1]
    assert guessed.post("back").status_code == 410


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é", "张"])
@pytest.mark.parametrize("action", ["push", "code", "back", "bypass", "till-code"])
def test_a_form_that_is_not_of_this_page_does_nothing(world: World, action: str, csrf: str) -> None:
    verification, popup = opened(world)
    documents = {"staff": "张收银", "document": "护照", "reason": "其他"} if action == "bypass" else {}
    answer = popup.post(action, csrf=csrf, **documents)
    assert answer.status_code == 403
    assert popup.says("页面已过期")
    assert play.events(world, verification) == ["verification.opened"]


def nonces(answer: TestResponse) -> set[str]:
    """Return every nonce that an answer's header and page name."""
    policy, html = answer.headers["Content-Security-Policy"], answer.get_data(as_text=True)
    assert "default-src 'none'" in policy and "unsafe" not in policy and "strict-dynamic" not in policy
    named = re.search(r"style-src ('nonce-\w+'); script-src ('nonce-\w+');", policy)
    loaded = re.findall(r"<(?:script|link rel=\"stylesheet\")[^>]*>", html)
    assert loaded and named.group(1) == named.group(2)
    assert all(f'nonce="{named.group(1)[7:-1]}"' in one for one in loaded)
    return set(re.findall(r'nonce[-=]"?(\w+)', policy + html))


def test_the_page_runs_nothing_inline_and_asks_nobody_else(world: World) -> None:
    _, popup = opened(world)
    for query in ("", "?step=manual", "?step=bypass", "?step=subscribe"):
        policy = popup.get(query).headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors 'none'")
        assert not re.search(r"\son\w+=|javascript:|style=|<style|<script>", popup.html)
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", popup.html)


def test_every_answer_has_a_nonce_of_its_own(world: World) -> None:
    _, popup = opened(world)
    stranger = Popup(world, popup.url)
    shown = [popup.get(), popup.get("?step=manual"), popup.post("push"), popup.post("code"), stranger.get()]
    assert [one.status_code for one in shown] == [200, 200, 422, 200, 410]
    drawn = [nonces(one) for one in shown]
    assert all(len(one) == 1 for one in drawn) and len(set.union(*drawn)) == len(shown)


def test_a_screen_that_is_swapped_in_brings_no_script(world: World) -> None:
    _, popup = opened(world)
    assert "<script" in popup.html.split("<main")[0] and "<script" not in popup.html.split("<main")[1]
    screens = [path for path in TEMPLATES.glob("*.html") if path.name not in ("page.html", "bare.html")]
    assert len(screens) == 16
    wrong = re.compile(r"<script|<style|<link|<meta|<iframe|nonce|\sstyle=|\son\w+=|javascript:")
    assert [path.name for path in screens if wrong.search(path.read_text(encoding="utf-8"))] == []


def test_what_may_frame_the_popup_is_an_origin(world: World) -> None:
    for wrong in ("*", "http://till.example", "https://till.example/path", "https://a b"):
        with pytest.raises(Invalid):
            institutions.set_popup(world.ports, world.institutions[0], (wrong,), None)
    for wrong in ("javascript", "https", "a b", "1pos"):
        with pytest.raises(Invalid):
            institutions.set_popup(world.ports, world.institutions[0], (), wrong)
    institutions.set_popup(world.ports, world.institutions[0], ("https://till.example",), "mypos")
    _, popup = opened(world)
    assert popup.says('data-origins="https://till.example"', 'data-scheme="mypos"')


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


def test_what_nobody_expected_is_a_page_that_leads_back(world: World) -> None:
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


def test_the_card_holder_is_asked_about_before_the_push(world: World) -> None:
    verification, popup = opened(world)
    allow(world, MAN.openid)
    popup.post("push", person_id=world.ids[MAN.name])
    assert popup.screen == "confirm" and popup.says("将推送给：<em>李*国（本人）")
    assert states(world, verification) == []
    popup.post("push", person_id=world.ids[MAN.name], confirmed="yes")
    assert popup.screen == "waiting"


def test_no_credit_is_said_before_the_push(world: World) -> None:
    verification, popup = opened(world)
    popup.post("push", person_id=world.ids[WIFE.name])
    assert popup.screen == "confirm" and popup.says("消息可能送不到")
    assert states(world, verification) == []


@pytest.mark.parametrize(
    ("who", "words"),
    [(CHILD, "孩子不用刷脸，请家长本人刷脸"), (FACELESS, "没有比对照片"), (None, "请先选择实际到店购药人员")],
    ids=["child", "no photo", "nobody"],
)
def test_what_cannot_be_sent_is_said_before_and_the_way_out_shown(
    world: World, who: Insured | None, words: str
) -> None:
    verification, popup = opened(world)
    answer = popup.post("push", person_id=world.ids[who.name] if who else "", step="choose")
    assert answer.status_code == 422
    assert popup.screen == "choose" and popup.says('role="alert"', words, "其他方式核验")
    assert states(world, verification) == []


def test_somebody_without_wechat_is_led_to_the_cashiers_phone(world: World) -> None:
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


def typed(who: Insured = AGENT, **changes: str) -> dict[str, str]:
    return {
        "name": who.name,
        "id_number": who.id_number,
        "relation": who.relation,
        "step": "manual",
        **TICKED,
    } | changes


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
        ({"name": "x" * 51}, 400, "请把各项填写完整"),
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


def test_who_was_typed_need_not_be_typed_again(world: World) -> None:
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


# --------------------------------------------------------------------------- while somebody waits


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


def test_a_push_out_of_time_is_sent_again_at_one_press(world: World) -> None:
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
        play.agree(phone, scene)
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


def test_a_step_that_is_none_shows_where_the_case_stands(world: World) -> None:
    _, popup = opened(world)
    assert popup.get("?step=evil").status_code == 200 and popup.screen == "choose"


def test_a_push_out_of_time_leads_back_to_the_same_choice(world: World) -> None:
    _, popup = opened(world)
    pushed(world, popup)
    world.clock.tick(121)
    popup.get()
    assert popup.screen == "over" and popup.says("认证超时", "返回上一步", "收费员手机人脸", "其他方式核验")
    popup.get(f"?step=choose&person={world.ids[WIFE.name]}")
    assert re.search(rf'value="{world.ids[WIFE.name]}"\s+checked', popup.html)


def test_a_code_out_of_time_is_renewed_for_the_same_person(world: World) -> None:
    verification, popup = opened(world)
    popup.post("code", person_id=world.ids[WIFE.name], **TICKED)
    world.clock.tick(121)
    popup.get()
    assert popup.screen == "over" and popup.says("认证超时", "刷新")
    popup.post("code", person_id=world.ids[WIFE.name], **TICKED)
    assert popup.screen == "code" and popup.says("王*英（配偶）")
    assert states(world, verification) == ["expired", "waiting"]


def test_a_scanned_code_and_who_was_chosen_on_the_phone(world: World) -> None:
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


def test_a_message_whose_fate_is_unknown_says_so(world: World) -> None:
    _, popup = opened(world)
    popup.post("push", person_id=world.ids[WIFE.name], confirmed="yes", **TICKED)
    world.wechat.fail = WeChatUnknown()
    play.work(world.ports)
    popup.get()
    assert popup.screen == "waiting" and popup.says("不能确定消息是否送达", "重新发送", "改用收费员手机人脸")


def test_who_declines_is_led_to_documents(world: World) -> None:
    _, popup = opened(world)
    scene = pushed(world, popup)
    phone = world.phone(WIFE.openid)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    play.ok(phone.post(f"/mp/v1/attempts/{scene}/consent", json={"notice_version": NOTICE, "granted": False}))
    popup.get()
    assert popup.screen == "over" and popup.says("对方不同意刷脸", "不刷脸也可以买药", "其他方式核验")


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
def test_an_end_from_elsewhere_shows(world: World, end: str, words: str) -> None:
    verification, popup = opened(world)
    if end == "cancel":
        play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    else:
        world.clock.tick(1801)
    popup.get("?step=manual")
    assert popup.screen == "ended" and popup.says(words, "重新发起")
    assert popup.post("code", csrf=csrf_of(world, popup), attempt=0).status_code == 409
    assert popup.screen == "ended"


def csrf_of(world: World, popup: Popup) -> str:
    cookie = popup.browser.get_cookie("yibao_popup", path=popup.url)
    return holder.csrf(world.ports, cookie.value)


# ------------------------------------------------------------------------------------- the events


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
