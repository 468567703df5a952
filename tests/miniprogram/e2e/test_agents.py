"""What others bought with the card-holder's card, 不是我授权的, and the notices about it."""

from contextlib import closing
from typing import Any

import pytest

from scripts.demo.phone import Phone as Script
from scripts.demo.phone import body
from tests.miniprogram.e2e.acts import agree, allow_camera, film, heading
from tests.miniprogram.e2e.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AGENTS = "pages/agents/agents"
HOLDER, AGENT = "王秀英", "李建国"
BYPASS = {"staff": "王药师", "document": "身份证", "reason": "手机没有网络"}


def pushed_to_the_agent(stage: Stage, purchase: dict[str, Any]) -> str:
    """Push to 李建国, who has come for her; return the page that his message opens."""
    man = stage.people[AGENT]
    before = len(stage.messages(AGENT))
    stage.allow(AGENT)
    person = {"name": man["name"], "id_number": man["id_number"], "relation": "配偶"}
    body(stage.till.attempt(purchase["id"], {"channel": "push", "person": person}))
    return stage.message(AGENT, before)


def script(stage: Stage, who: str) -> closing[Script]:
    """Return somebody's phone as a program, to be closed."""
    return closing(Script(stage.document["base_url"], stage.document["simulator_url"], stage.openid(who)))


def bought_with_documents(stage: Stage, amount_fen: int) -> dict[str, Any]:
    """Let 李建国 buy for her, the documents being checked in place of his face."""
    purchase = stage.till.open(stage.people[HOLDER], amount_fen)
    pushed_to_the_agent(stage, purchase)
    body(stage.till.http.post(f"/v1/verifications/{purchase['id']}/bypass", json=BYPASS), 201)
    return purchase


def test_the_card_holder_is_told_sees_and_disputes(stage: Stage) -> None:
    stage.allow_notices(HOLDER)
    told = len(stage.messages(HOLDER))
    stage.open_purchase()
    purchase = stage.till.open(stage.people[HOLDER])
    his = stage.phone(AGENT)
    his.open(pushed_to_the_agent(stage, purchase))
    agree(his)
    allow_camera(his)
    stage.figures.decided(film(his))
    assert heading(his) == "认证成功"

    page = stage.message(HOLDER, told)
    assert page == AGENTS
    hers = stage.phone(HOLDER)
    hers.open(page)
    stage.figures.painted(hers, "agents")
    hers.wait("ask-0")
    shown = hers.text("line-0")
    for word in ("李*国", "配偶", "康宁大药房", "128.50 元", "刷脸通过"):
        assert word in shown
    stage.screens.look(hers, "agents")
    hers.tap("ask-0")
    hers.wait("sure")
    assert "3 个工作日" in hers.text(".page") and "12393" in hers.text(".page")
    stage.screens.look(hers, "agents-sure")
    hers.tap("list")
    assert stage.till.events(purchase["id"])[-1]["type"] != "agent.disputed"
    hers.tap("ask-0")
    hers.tap("yes")
    hers.wait("said")
    assert heading(hers) == "已申明不是我授权的"
    stage.screens.look(hers, "agents-said")
    said = f"已申明不是我授权的 {hers.text('status-text')}"
    hers.tap("list")
    assert said in hers.text("said-0") and hers.count("[mp-id=ask-0]") == 0
    stage.screens.look(hers, "agents-disputed")
    stage.conclude_disputes("unauthorised")
    hers.reload()
    hers.wait("said-0")
    assert said in hers.text("said-0")
    assert "确实不是您授权的" in hers.text("found-0")
    stage.screens.look(hers, "agents-concluded")
    assert stage.state(purchase) == "passed"
    assert hers.complaints == []


def test_saying_it_again_changes_nothing(stage: Stage) -> None:
    purchase = bought_with_documents(stage, 4210)
    phone = stage.phone(HOLDER)
    phone.open("pages/mine/mine")
    phone.tap("agents")
    phone.wait("[mp-id=line-0]:has-text('42.10 元'):has-text('核对证件')")
    phone.tap("ask-0")
    with script(stage, HOLDER) as other:
        other.login()
        row = body(other.http.get("/mp/v1/me/agents"))["agents"][0]
        first = body(other.http.post(f"/mp/v1/me/agents/{row['agency_id']}/dispute", json={}))
    phone.cut_network()
    phone.tap("yes")
    phone.wait("[mp-id=error]:has-text('网络不通')")
    phone.cut_network(cut=False)
    phone.tap("yes")
    phone.wait("said")
    with script(stage, HOLDER) as other:
        other.login()
        again = body(other.http.get("/mp/v1/me/agents"))["agents"][0]
    assert again["disputed_at"] == first["disputed_at"]
    events = [event["type"] for event in stage.till.events(purchase["id"])]
    assert events.count("agent.disputed") == 1
    assert phone.complaints == []


def test_nobody_has_bought_with_his_card(stage: Stage) -> None:
    phone = stage.phone("李伟")
    phone.open(AGENTS)
    phone.wait("empty")
    stage.screens.look(phone, "agents-empty")
    phone.tap("to-mine")
    phone.wait("agents")
    assert phone.complaints == []


def test_a_phone_that_has_never_passed_says_what_to_do(stage: Stage) -> None:
    phone = stage.phone("新用户")
    phone.open(AGENTS)
    phone.wait("unknown")
    assert "刷脸通过" in phone.text("status-text")
    stage.screens.look(phone, "agents-unknown")
    phone.tap("subscribe")
    phone.wait("open")
    assert phone.complaints == []


def test_one_panel_asks_for_both_and_the_second_may_be_refused(stage: Stage) -> None:
    phone = stage.phone("李伟")
    phone.open("pages/subscribe/subscribe")
    phone.wait(".still-title:has-text('代办购药提醒')")
    before = stage.credits("李伟")
    phone.tap("open")
    stage.screens.glance(phone, "subscribe-panel-both")
    phone.tap("#overlay label:has-text('代办购药提醒') input")
    phone.answer("允许")
    phone.wait("done")
    assert "微信不会告诉您" in phone.text("status-text")
    stage.screens.look(phone, "subscribe-done-partly")
    assert stage.credits("李伟") == before + 1
    phone.tap("open")
    phone.answer("允许")
    phone.wait("[mp-id=status-text]:not(:has-text('微信不会告诉您'))")
    assert stage.credits("李伟") == before + 2
    assert phone.complaints == []


def test_a_second_template_that_wechat_refuses_does_not_stop_the_first(stage: Stage) -> None:
    stage.name_notices(long_term=True)
    try:
        phone = stage.phone("李伟")
        phone.open("pages/subscribe/subscribe")
        phone.wait(".still-title:has-text('代办购药提醒')")
        phone.tap("open")
        phone.wait("error")
        phone.tap("open")
        phone.answer("允许")
        phone.wait("done")
        assert phone.complaints == []
    finally:
        stage.name_notices(long_term=False)
