"""The cashier's PC beside the phone: both of the manual's flows, and every screen, by keyboard alone."""

from pathlib import Path

import httpx
import pytest

from scripts.demo.phone import Phone as ScriptedPhone
from scripts.demo.till import Till
from tests.e2e.installation import Installation
from tests.miniprogram.e2e.acts import prepare
from tests.miniprogram.e2e.browser import Browser
from tests.miniprogram.e2e.counter import Counter
from tests.miniprogram.e2e.stage import OUT, Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SELF, WIFE = "李*国", "王*英"


def let_pass(seconds: float, stage: Stage, counter: Counter) -> None:
    """Let time pass at the servers and on the page."""
    stage.let_pass(seconds)
    counter.let_pass(seconds)


def scripted(stage: Stage, who: str) -> ScriptedPhone:
    return ScriptedPhone(stage.document["base_url"], stage.document["simulator_url"], stage.openid(who))


def test_typing_an_agent_in(stage: Stage, counter: Counter) -> None:
    agent = stage.people["陈桂兰"]
    stage.allow("陈桂兰")
    counter.open(stage.open_purchase()["popup_url"])
    counter.press("manual")
    counter.wait("manual", "填写代办人信息")
    counter.write("name", agent["name"])
    right = agent["id_number"]
    counter.write("id_number", right[:10])
    counter.until("document.getElementById('id_hint').textContent === '还差 8 位'")
    counter.write("id_number", right[:-1] + ("0" if right[-1] != "0" else "1"))
    counter.until("document.getElementById('id_hint').textContent.includes('不正确')")
    counter.look("manual-wrong")
    counter.write("id_number", right)
    counter.until("document.getElementById('id_hint').textContent === '证件号正确'")
    counter.choose("relation", 6)
    counter.tick_documents()
    counter.look("manual-right")
    counter.press("push")
    counter.wait("waiting", "陈*兰（护工）")
    counter.press("back")
    counter.wait("choose", "手动录入")
    counter.look("choose-typed")
    assert "person_id" in counter.run("document.querySelector(':checked').name")


def test_what_is_typed_stays_while_the_page_looks_again(stage: Stage, counter: Counter) -> None:
    counter.open(stage.open_purchase()["popup_url"] + "?step=manual")
    counter.write("name", "陈桂")
    counter.run("dispatchEvent(new Event('online'))")
    counter.run("new Promise((done) => setTimeout(done, 500))")
    assert counter.run("document.activeElement.value") == "陈桂"


def test_a_refusal_is_seen_by_whoever_has_scrolled_down(stage: Stage, counter: Counter) -> None:
    counter.open(stage.open_purchase()["popup_url"])
    counter.wait("choose")
    counter.pick("李*")
    counter.resize(320)
    counter.run("scrollTo(0, document.body.scrollHeight)")
    counter.press("push")
    counter.until("document.querySelector('[role=alert]')")
    place = counter.run("document.querySelector('[role=alert]').getBoundingClientRect().top")
    assert 0 <= place < counter.run("document.querySelector('.actions').getBoundingClientRect().top")
    counter.look("refused")


def test_documents_instead(stage: Stage, counter: Counter) -> None:
    counter.open(stage.open_purchase()["popup_url"])
    counter.press("bypass")
    counter.wait("bypass", "不刷脸也可以买药")
    counter.choose("who", 1)
    counter.choose("document", 1)
    counter.choose("reason", 1)
    counter.look("bypass")
    counter.press("confirm")
    counter.wait("ended", "已用其他方式核验")
    counter.look("bypassed")


def test_opening_the_service_at_the_counter(stage: Stage, counter: Counter) -> None:
    counter.open(stage.open_purchase()["popup_url"])
    counter.press("subscribe")
    counter.wait("subscribe", "立即开通")
    digits = counter.text(".code")
    counter.until("document.querySelector('img').naturalWidth > 100")
    counter.look("subscribe")
    counter.run("dispatchEvent(new Event('online'))")
    counter.run("new Promise((done) => setTimeout(done, 500))")
    assert counter.text(".code") == digits
    counter.press("back")
    counter.wait("choose")


def test_a_message_nobody_allowed(stage: Stage, counter: Counter) -> None:
    stage.forbid("王秀英")
    counter.open(stage.open_purchase()["popup_url"])
    counter.pick(WIFE)
    counter.press("push")
    counter.wait("confirm", "消息可能送不到")
    counter.look("confirm-no-credit")
    counter.tick_documents()
    counter.press("push")
    counter.wait("over", "消息送不到")
    counter.look("undeliverable")
    counter.press("code")
    counter.wait("code", "王*英（配偶）")


def test_time_runs_out_and_the_choice_is_kept(stage: Stage, counter: Counter) -> None:
    stage.allow("王秀英")
    counter.open(stage.open_purchase()["popup_url"])
    counter.pick(WIFE)
    counter.press("push")
    counter.wait("confirm", "已核对代办人身份证")
    counter.tick_documents()
    counter.look("confirm-agent")
    counter.press("push")
    counter.wait("waiting", "已送达：")
    let_pass(119, stage, counter)
    counter.wait("waiting")
    let_pass(2, stage, counter)
    counter.wait("over", "认证超时")
    counter.look("expired-push")
    counter.press("back")
    counter.wait("choose")
    assert counter.picked() == WIFE
    counter.press("code")
    counter.wait("code", "王*英（配偶）")
    let_pass(181, stage, counter)
    counter.wait("over", "认证超时")
    counter.look("expired-code")
    counter.press("renew")
    counter.wait("code", "王*英（配偶）")


def test_a_message_sent_again_after_half_a_minute(stage: Stage, counter: Counter) -> None:
    stage.forbid("王秀英")
    stage.allow("王秀英")
    before = len(stage.messages("王秀英"))
    counter.open(stage.open_purchase()["popup_url"])
    counter.pick(WIFE)
    counter.press("push")
    counter.wait("confirm", "已核对代办人身份证")
    counter.tick_documents()
    counter.press("push")
    counter.wait("waiting", "已送达：")
    assert not counter.run("document.getElementById('resend')")
    counter.look("no-credit-left")
    stage.let_pass(1)
    stage.allow("王秀英")
    counter.run("dispatchEvent(new Event('online'))")
    counter.until("document.getElementById('resend')?.hidden")
    let_pass(30, stage, counter)
    counter.until("!document.getElementById('resend').hidden")
    counter.look("resend")
    counter.press("resend")
    assert stage.message("王秀英", before + 1)
    counter.wait("waiting", "已送达：")


def test_declining_a_failure_and_an_appeal(stage: Stage, counter: Counter) -> None:
    stage.allow("王秀英")
    before = len(stage.messages("王秀英"))
    counter.open(stage.open_purchase()["popup_url"])
    counter.pick(WIFE)
    counter.press("push")
    counter.wait("confirm", "已核对代办人身份证")
    counter.tick_documents()
    counter.press("push")
    phone = scripted(stage, "王秀英")
    phone.login()
    scene = phone.wait_for_message(before, 30)
    phone.open(scene)
    refusal = {"notice_version": stage.document["notice_version"], "granted": False}
    phone.http.post(f"/mp/v1/attempts/{scene}/consent", json=refusal)
    counter.wait("over", "对方不同意刷脸")
    counter.look("declined")
    counter.press("back")
    counter.wait("choose")
    phone.close()


def test_a_failure_is_no_new_page_and_the_appeal_has_its_colour(stage: Stage, counter: Counter) -> None:
    stage.review_appeals()
    stage.allow()
    before = len(stage.messages("李建国"))
    counter.open(stage.open_purchase()["popup_url"])
    counter.pick(SELF)
    counter.press("push")
    counter.wait("confirm")
    counter.press("push")
    phone = stage.phone("李建国", "another")
    prepare(phone, stage.message("李建国", before))
    phone.tap("start")
    phone.wait("outcome", 40)
    counter.wait("waiting", "人脸比对未通过，参保人可在手机上重试或申诉")
    counter.look("failed")
    phone.tap("appeal")
    phone.wait("submit")
    phone.tap("reason-photo_outdated")
    phone.type("statement", "登记的照片是十年前拍的")
    phone.tap("submit")
    counter.wait("ended", "可继续购药，关闭弹窗即可")
    counter.look("appealed")


def test_the_till_takes_the_purchase_back(stage: Stage, counter: Counter) -> None:
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"])
    counter.wait("choose")
    stage.till.http.post(f"/v1/verifications/{purchase['id']}/cancel", json={})
    counter.wait("ended", "本次核验已取消", 5)
    counter.look("cancelled")


def test_another_browser_finds_the_link_gone(stage: Stage, counter: Counter) -> None:
    url = stage.open_purchase()["popup_url"]
    httpx.get(url, trust_env=False)
    counter.open(url)
    counter.wait("void", "此链接已失效")
    counter.look("void")


def test_without_script_the_page_looks_again_by_itself(stage: Stage, counter: Counter) -> None:
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"], script=False)
    counter._browser.do("tap", on="#code")
    counter.wait("code")
    stage.till.http.post(f"/v1/verifications/{purchase['id']}/cancel", json={})
    counter.wait("ended", "本次核验已取消", 10)


def test_where_the_module_cannot_run_the_page_looks_again_by_itself(stage: Stage, counter: Counter) -> None:
    """As in Chromium 61 to 84, which know modules and not what ours is written in."""
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"], module="export {}")
    counter._browser.do("tap", on="#code")
    counter.wait("code")
    stage.till.http.post(f"/v1/verifications/{purchase['id']}/cancel", json={})
    counter.wait("ended", "本次核验已取消", 10)


def test_what_was_pressed_while_the_server_was_away_is_said_not_to_have_happened(
    stage: Stage, counter: Counter
) -> None:
    counter.open(stage.open_purchase()["popup_url"])
    counter.wait("choose")
    stage.installation.kill("web")
    counter.press("code")
    counter.until("document.querySelector('.refused')?.textContent === '刚才的操作没有成功，请再点一次。'")
    counter.look("press-lost")
    stage.installation.start("web")
    counter.until("document.getElementById('link').textContent.startsWith('连接已恢复')")
    counter.press("code")
    counter.wait("code")


def test_a_killed_server_comes_back_without_a_reload(stage: Stage, counter: Counter) -> None:
    purchase = stage.open_purchase()
    counter.open(purchase["popup_url"])
    counter.wait("choose")
    counter.run("window.kept = true")
    stage.installation.kill("web")
    counter.until("document.getElementById('link').textContent.startsWith('连接中断')")
    counter.look("connection-lost")
    stage.installation.start("web")
    counter.until("document.getElementById('link').textContent.startsWith('连接已恢复')")
    stage.till.http.post(f"/v1/verifications/{purchase['id']}/cancel", json={})
    counter.wait("ended", "本次核验已取消", 5)
    assert counter.run("window.kept")


def test_above_the_cap_the_page_polls(tmp_path: Path, window: Browser) -> None:
    installation = Installation(tmp_path, YIBAO_EVENT_CLIENTS="0")
    for name in ("simulator", "web"):
        installation.start(name)
    till = Till(installation.document["base_url"], installation.document["institutions"][0])
    purchase = till.open(installation.document["persons"][0])
    counter = Counter(window, OUT / "screens").open(purchase["popup_url"])
    counter.wait("choose")
    till.http.post(f"/v1/verifications/{purchase['id']}/cancel", json={})
    counter.wait("ended", "本次核验已取消", 10)
    assert counter.run("document.getElementById('link').hidden")
    till.close()
    installation.stop()
