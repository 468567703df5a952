"""Counter and phone show consistent states, and attempts in progress are never destroyed."""

from dataclasses import replace

import pytest

from models import tables
from tests.support import play
from tests.support.popups import TICKED, Popup, allow, opened, pushed, states
from tests.support.world import MAN, STAFF, WIFE, WRONG, World
from wechat.errors import WeChatRefused, WeChatUnknown


def resend(world: World, popup: Popup, *, credit: bool = True) -> int:
    """Click 重新发送 half a minute later; return the answer's status."""
    world.clock.tick(31)
    if credit:
        allow(world, WIFE.openid)
    popup.get()
    return popup.post("push", person_id=world.ids[WIFE.name], confirmed="yes").status_code


def test_a_resent_message_supersedes_the_first_only_when_delivered(world: World) -> None:
    verification, popup = opened(world)
    pushed(world, popup)
    assert resend(world, popup) == 200
    assert states(world, verification) == ["waiting", "waiting"]
    play.work(world.ports)
    assert states(world, verification) == ["superseded", "waiting"]


def test_an_undelivered_resend_leaves_the_first_message_valid(world: World) -> None:
    verification, popup = opened(world)
    first = pushed(world, popup)
    resend(world, popup)
    world.wechat.fail = WeChatRefused(43101)
    play.work(world.ports)
    world.wechat.fail = None
    assert states(world, verification) == ["waiting", "undeliverable"]
    popup.get()
    assert popup.screen == "waiting" and popup.says("重新发送没有成功", "原来那条消息还有效", "已送达")
    phone = world.phone(WIFE.openid)
    play.agree(phone, first)
    popup.get()
    assert popup.screen == "waiting" and popup.says("已同意")


def test_the_message_opened_first_counts(world: World) -> None:
    verification, popup = opened(world)
    first = pushed(world, popup)
    resend(world, popup)
    phone = world.phone(WIFE.openid)
    play.ok(phone.get(f"/mp/v1/attempts/{first}"))
    assert states(world, verification) == ["opened", "superseded"]
    sent = len(world.wechat.sent)
    play.work(world.ports)
    assert len(world.wechat.sent) == sent and states(world, verification) == ["opened", "superseded"]


def test_a_resend_with_unknown_delivery_supersedes_the_first_once_opened(world: World) -> None:
    verification, popup = opened(world)
    pushed(world, popup)
    resend(world, popup)
    world.wechat.fail = WeChatUnknown()
    play.work(world.ports)
    world.wechat.fail = None
    assert states(world, verification) == ["waiting", "waiting"]
    second = play.state(world, verification)["attempts"][1]["attempt_id"]
    with world.ports.database.reading() as db:
        scene = db.get_one(tables.Attempt, second).scene
    play.ok(world.phone(WIFE.openid).get(f"/mp/v1/attempts/{scene}"))
    assert states(world, verification) == ["superseded", "opened"]


@pytest.mark.parametrize("action", ["push", "code"])
@pytest.mark.parametrize("how_far", ["opened", "consented", "challenged"])
def test_an_attempt_in_progress_is_not_superseded_by_a_click(world: World, action: str, how_far: str) -> None:
    verification, popup = opened(world)
    scene = pushed(world, popup)
    world.clock.tick(31)
    allow(world, WIFE.openid)
    popup.get()
    stale = popup.fields()
    phone = world.phone(WIFE.openid)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    if how_far != "opened":
        play.agree(phone, scene)
    if how_far == "challenged":
        play.draw(phone, scene)
    popup.get()
    assert (
        popup.says("对方已打开，正在刷脸")
        and 'id="resend"' not in popup.html
        and 'id="code"' not in popup.html
    )
    again = {"person_id": world.ids[WIFE.name], "confirmed": "yes", **TICKED}
    answer = popup.browser.post(f"{popup.url}/{action}", data=stale | again)
    assert answer.status_code == 409 and "没有打断" in answer.get_data(as_text=True)
    assert states(world, verification) == [how_far]
    popup.post("back")
    assert popup.screen == "choose" and states(world, verification) == ["superseded"]


def test_without_credit_no_message_is_resent(world: World) -> None:
    verification, popup = opened(world)
    pushed(world, popup)
    world.clock.tick(31)
    popup.get()
    assert 'id="resend"' not in popup.html and popup.says("没有消息额度，不能重新发送")
    assert resend(world, popup, credit=False) == 409
    assert popup.says("原来那条还有效") and states(world, verification) == ["waiting"]


def test_after_the_deadline_without_credit_the_cashiers_phone_comes_first(world: World) -> None:
    _, popup = opened(world)
    pushed(world, popup)
    world.clock.tick(121)
    popup.get()
    assert popup.screen == "over" and 'id="resend"' not in popup.html
    assert popup.html.index('id="code"') < popup.html.index('id="back"')
    assert popup.says('class="primary">收费员手机人脸')
    allow(world, WIFE.openid)
    popup.get()
    assert popup.says('id="resend" class="primary"')


# ------------------------------------------------------------------------------ appeals that can be


def failed(world: World, popup: Popup) -> str:
    """Have the wife fail once on her phone; return the scene."""
    scene = pushed(world, popup)
    phone = world.phone(WIFE.openid)
    play.agree(phone, scene)
    assert play.tried(world, phone, scene, WRONG)["outcome"] == "failed"
    popup.get()
    return scene


def at_the_limit(world: World) -> None:
    """Lodge as many appeals of the wife as may be open."""
    for number in range(2):
        verification = play.opened(world, order_no=f"L-{number}")
        scene = play.pushed(world, verification, WIFE.name)
        phone = world.phone(WIFE.openid)
        play.agree(phone, scene)
        play.tried(world, phone, scene, replace(WRONG, start_s=6.0 * (number + 1)))
        play.ok(play.appealed(phone, scene), 201)


def test_an_appeal_beyond_the_quota_is_offered_nowhere(world: World) -> None:
    at_the_limit(world)
    _, popup = opened(world)
    scene = failed(world, popup)
    seen = play.ok(world.phone(WIFE.openid).get(f"/mp/v1/attempts/{scene}"))
    assert seen["appeal"] == {"allowed": False, "until": None}
    assert "申诉" not in popup.html
    world.clock.tick(121)
    popup.get()
    assert popup.screen == "failed" and popup.says("这次不能申诉", "其他方式核验")


def test_a_failure_without_retries_has_a_screen_of_its_own(world: World) -> None:
    _, popup = opened(world)
    scene = failed(world, popup)
    assert popup.screen == "waiting" and popup.says("参保人可在手机上重试或申诉")
    world.clock.tick(121)
    popup.get()
    assert popup.screen == "failed" and popup.says("不能再重试", "申诉还剩", "data-clock", "其他方式核验")
    assert "等待人脸认证" not in popup.html
    play.ok(play.appealed(world.phone(WIFE.openid), scene), 201)
    popup.get()
    assert popup.screen == "ended"


# ------------------------------------------------------------------------- what the phone is told


@pytest.mark.parametrize(
    ("action", "kind"), [("back", "wait"), ("push", "message"), ("code", "code"), ("cancel", None)]
)
def test_a_superseded_scene_names_its_successor(world: World, action: str, kind: str | None) -> None:
    verification, popup = opened(world)
    scene = pushed(world, popup)
    world.clock.tick(31)
    allow(world, WIFE.openid)
    popup.get()
    if action == "cancel":
        play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    else:
        popup.post(
            action, **({} if action == "back" else {"person_id": world.ids[WIFE.name], "confirmed": "yes"})
        )
    play.work(world.ports)
    seen = play.ok(world.phone(WIFE.openid).get(f"/mp/v1/attempts/{scene}"))
    assert (seen["superseded_by"] or {}).get("kind") == kind
    if kind == "message":
        assert seen["superseded_by"]["scene"] == world.wechat.sent[-1][1].split("scene=")[1]


def test_the_phone_names_for_whom_an_agent_buys(world: World) -> None:
    _, popup = opened(world)
    seen = play.ok(world.phone(WIFE.openid).get(f"/mp/v1/attempts/{pushed(world, popup)}"))
    assert seen["cardholder"] == "李*国" and seen["person"]["name"] == "王*英"


# ---------------------------------------------------------------------- the till hears every way out


@pytest.mark.parametrize("when", ["opened", "consented", "challenged", "failed"])
def test_the_counter_is_told_that_the_person_prefers_documents(world: World, when: str) -> None:
    verification, popup = opened(world)
    scene = pushed(world, popup)
    phone = world.phone(WIFE.openid)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    if when != "opened":
        play.agree(phone, scene)
    if when == "challenged":
        play.draw(phone, scene)
    if when == "failed":
        play.tried(world, phone, scene, WRONG)
    for _ in range(2):
        told = play.ok(phone.post(f"/mp/v1/attempts/{scene}/documents", json={}))
        assert told["state"] == when
    assert play.events(world, verification).count("attempt.documents_wanted") == 1
    popup.get()
    assert popup.screen == "documents" and popup.says("对方要出示身份证", "其他方式核验")
    if when in ("consented", "failed"):
        play.draw(phone, scene)
        popup.get()
        assert popup.screen == "waiting" and popup.says("采集中")


def test_a_preference_for_documents_on_the_cashiers_phone_is_told_too(world: World) -> None:
    verification = play.opened(world)
    scene = play.coded(world, verification)
    phone = world.phone(STAFF)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]}))
    play.ok(phone.post(f"/mp/v1/attempts/{scene}/documents", json={}))
    assert play.events(world, verification)[-1] == "attempt.documents_wanted"
