"""Permanent refusals of WeChat: shown to the counter, logged, and listed for the operator."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs
from wechatpy.constants import WeChatErrorCode

from api.app import create_app
from api.composition import build
from api.messaging import wechat_check, wechat_refusals
from api.settings import Settings
from tests.support import play
from tests.support.popups import TICKED, opened
from tests.support.simulated import APPID, SECRET, TEMPLATE, Simulator
from tests.support.world import MAN, STAFF, WIFE, World
from wechat.refusals import TABLE, Kind, meaning

SENTENCE = "微信配置有误，请用收费员手机人脸或核对证件"
NO_CODE = "微信配置有误，小程序码出不来"
NO_SUBSCRIBE_CODE = "微信配置有误，开通二维码出不来"
HIDDEN = (SECRET, MAN.openid, WIFE.openid, WIFE.id_number, WIFE.name, "access_token", "http")
OF = {kind: [code for code, found in TABLE.items() if found.kind is kind] for kind in Kind}


@pytest.fixture
def real(world: World, simulator: Simulator) -> Iterator[World]:
    """Yield the world with the real gateway on a running simulator."""
    changes = {"wechat_appid": APPID, "wechat_secret": SECRET, "wechat_base_url": simulator.url}
    given = world.ports.settings.model_copy(update=changes | {"wechat_template_id": TEMPLATE})
    settings = type(given).model_validate(given.model_dump())
    built = build(settings, world.clock)
    ports = replace(world.ports, settings=settings, wechat=built.wechat)
    app = create_app(ports)
    yield replace(world, ports=ports, app=app)
    app.extensions["feed"].close()
    built.database.dispose()


def refusals(world: World) -> list[tuple[str, int, int]]:
    return [(row.call, row.errcode, row.times) for row in wechat_refusals.newest(world.ports)]


def push(world: World) -> Any:
    _, popup = opened(world)
    popup.post("push", person_id=world.ids[WIFE.name], confirmed="yes", **TICKED)
    with capture_logs() as lines:
        play.work(world.ports)
    popup.get()
    return popup, [line for line in lines if line["event"].startswith("wechat_")]


@pytest.mark.parametrize("errcode", sorted({*OF[Kind.PERMANENT], 99999}))
def test_a_permanent_refusal_is_told_logged_and_kept(real: World, simulator: Simulator, errcode: int) -> None:
    simulator.faults(send=errcode)
    popup, (line,) = push(real)
    assert popup.screen == "over" and popup.says(SENTENCE)
    call = "cgi-bin/message/subscribe/send"
    assert (line["event"], line["call"], line["errcode"], line["kind"]) == (
        "wechat_refused", call, errcode, "permanent"
    )  # fmt: skip
    assert not any(hidden in json.dumps(line) for hidden in HIDDEN)
    assert refusals(real) == [(call, errcode, 1)]


@pytest.mark.parametrize("errcode", [40164, 40013, 40125, 40001, 89503])
def test_a_refused_token_ends_the_wait(real: World, simulator: Simulator, errcode: int) -> None:
    simulator.faults(stable_token=errcode)
    popup, (line,) = push(real)
    assert popup.says(SENTENCE) and line["call"] == "cgi-bin/stable_token"
    assert refusals(real) == [("cgi-bin/stable_token", errcode, 1)]


@pytest.mark.parametrize("errcode", sorted(OF[Kind.USER]))
def test_a_refusal_about_one_person_is_not_reported_as_misconfiguration(
    real: World, simulator: Simulator, errcode: int
) -> None:
    simulator.faults(send=errcode)
    popup, (line,) = push(real)
    assert popup.screen == "over" and popup.says("消息送不到") and not popup.says("微信配置有误")
    assert line["kind"] == "user" and refusals(real) == []


@pytest.mark.parametrize("errcode", sorted(OF[Kind.PASSING]))
def test_a_temporary_refusal_is_retried(real: World, simulator: Simulator, errcode: int) -> None:
    simulator.allow(WIFE.openid)
    before = len(simulator.messages(WIFE.openid))
    simulator.faults(send=errcode)
    popup, lines = push(real)
    assert popup.screen == "waiting" and lines[-1]["kind"] == "passing"
    simulator.faults(clear=True)
    real.clock.tick(5)
    play.work(real.ports)
    assert len(simulator.messages(WIFE.openid)) == before + 1


@pytest.mark.parametrize("fault", ["code_image", "stable_token"])
@pytest.mark.parametrize("errcode", [41030, 40164, 48001])
def test_the_screen_says_when_wechat_never_creates_the_code(
    real: World, simulator: Simulator, fault: str, errcode: int
) -> None:
    _, popup = opened(real)
    popup.post("code")
    (address,) = re.findall(r"/qr/\w+\.png", popup.html)
    simulator.faults(**{fault: errcode})
    answer = popup.browser.get(address)
    assert (answer.status_code, answer.json["code"]) == (502, "wechat_misconfigured")
    assert "Retry-After" not in answer.headers
    real.clock.tick(1)
    popup.get()
    assert popup.screen == "code" and popup.says(NO_CODE, "其他方式核验") and not popup.says("<img")
    simulator.faults(clear=True)
    real.clock.tick(1)
    popup.post("code")
    assert not popup.says(NO_CODE) and popup.says("<img")


def test_the_screen_waits_for_a_delayed_code(real: World, simulator: Simulator) -> None:
    _, popup = opened(real)
    popup.post("code")
    (address,) = re.findall(r"/qr/\w+\.png", popup.html)
    simulator.faults(code_image=-1)
    answer = popup.browser.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    popup.get()
    assert popup.says("<img") and not popup.says(NO_CODE)


@pytest.mark.parametrize(
    ("errcode", "status", "code"),
    [
        (40029, 401, "login_code_invalid"),
        (40163, 401, "login_code_invalid"),
        (40226, 403, "wechat_account_blocked"),
        (40013, 502, "wechat_misconfigured"),
        (40125, 502, "wechat_misconfigured"),
        (40164, 502, "wechat_misconfigured"),
        (-1, 503, "busy"),
        (45011, 503, "busy"),
    ],
)
def test_a_phone_that_cannot_log_in_learns_why(
    real: World, simulator: Simulator, errcode: int, status: int, code: str
) -> None:
    simulator.faults(login=errcode)
    answer = real.app.test_client().post("/mp/v1/login", json={"code": simulator.log_in(STAFF)})
    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize("fault", ["code_image", "stable_token"])
def test_the_screen_says_when_the_subscription_code_is_never_created(
    real: World, simulator: Simulator, fault: str
) -> None:
    """引导开通: digits without a picture help nobody."""
    _, popup = opened(real)
    simulator.faults(**{fault: 40164})
    popup.post("till-code")
    assert popup.screen == "subscribe" and popup.says(NO_SUBSCRIBE_CODE) and not popup.says("<img")
    simulator.faults(clear=True)
    simulator.faults(code_image=-1)
    popup.post("till-code")
    assert popup.says("/qr/subscribe.png") and not popup.says(NO_SUBSCRIBE_CODE)
    simulator.faults(clear=True)
    popup.post("till-code")
    assert popup.says("/qr/subscribe.png") and not popup.says(NO_SUBSCRIBE_CODE)


# WeChat's own table as wechatpy has it, ours, and a code that nobody knows.
EVERY = sorted({*TABLE, *(int(one) for one in WeChatErrorCode if one != 0), 99999})
STATUS = {Kind.PERMANENT: {502}, Kind.PASSING: {503}, Kind.USER: {401, 403}}


def test_every_errcode_has_a_kind_and_a_sentence_for_who_can_help() -> None:
    known = {f"YIBAO_{name.upper()}" for name in Settings.model_fields}
    for errcode in EVERY:
        found = meaning(errcode)
        assert found.kind in Kind and found.says and found.then, errcode
        named = set(re.findall(r"YIBAO_[A-Z_]+", found.says + found.then))
        assert named <= known, (errcode, named - known)


def test_every_errcode_at_the_login_is_answered_by_its_kind(real: World, simulator: Simulator) -> None:
    client = real.app.test_client()
    for errcode in EVERY:
        simulator.faults(login=errcode)
        with capture_logs() as lines:
            answer = client.post("/mp/v1/login", json={"code": simulator.log_in(STAFF)})
        kind = meaning(errcode, "sns/jscode2session").kind
        assert answer.status_code in STATUS[kind], (errcode, kind, answer.json)
        assert ("Retry-After" in answer.headers) == (kind is Kind.PASSING), errcode
        told = [line for line in lines if line["event"] == "wechat_refused"]
        assert [(line["errcode"], line["kind"]) for line in told][-1:] == [(errcode, kind.value)]
        assert not any(hidden in json.dumps(told) for hidden in (*HIDDEN, STAFF))


def test_every_errcode_at_a_codes_picture_is_answered_by_its_kind(real: World, simulator: Simulator) -> None:
    """A picture is nobody's own: what is said of one person there is repeated like what passes."""
    client = real.app.test_client()
    for errcode in EVERY:
        simulator.faults(code_image=errcode)
        answer = client.get("/qr/subscribe.png")
        permanent = meaning(errcode, "wxa/getwxacodeunlimit").kind is Kind.PERMANENT
        assert answer.status_code == (502 if permanent else 503), (errcode, answer.json)
        assert ("Retry-After" in answer.headers) != permanent


# ------------------------------------------------------------------------- the operator's check


def found(world: World) -> dict[str, bool | None]:
    """Return the check's result for each step."""
    return {finding.step: finding.is_right for finding in wechat_check.check(world.ports)}


def test_the_check_of_an_installation_that_works_names_only_the_callback(real: World) -> None:
    assert found(real) == {"凭证": True, "小程序码": True, "消息模板": True, "消息推送": False}


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ({"stable_token": 40164}, {"凭证": False, "小程序码": None, "消息模板": None}),
        ({"code_image": 41030}, {"凭证": True, "小程序码": False, "消息模板": True}),
        ({"templates": 48001}, {"凭证": True, "小程序码": True, "消息模板": False}),
    ],
)
def test_the_check_names_what_is_refused(
    real: World, simulator: Simulator, fault: dict[str, int], wrong: dict[str, bool | None]
) -> None:
    simulator.faults(**fault)
    findings = wechat_check.check(real.ports)
    assert {one.step: one.is_right for one in findings if one.step != "消息推送"} == wrong
    (errcode,) = fault.values()
    (bad,) = [one for one in findings if one.is_right is False and one.step != "消息推送"]
    assert str(errcode) in bad.says and bad.then


LABELS = {"thing5": "事项", "name2": "药店", "character_string6": "订单", "date8": "日期"}
OWN_KEYS = "matter=thing5,institution=name2,order=character_string6,time=date8"


def with_keys(world: World, keys: str) -> World:
    settings = world.ports.settings.model_copy(update={"wechat_template_keys": keys})
    return replace(world, ports=replace(world.ports, settings=settings))


def test_a_template_of_other_keys_is_filled_as_its_keys_are_set(real: World, simulator: Simulator) -> None:
    simulator.control("templates", template_id=TEMPLATE, labels=LABELS)
    try:
        assert found(real)["消息模板"] is False
        popup, _ = push(real)
        assert popup.says(SENTENCE) and refusals(real)[0][1] == 47003
        fitted = with_keys(real, OWN_KEYS)
        assert found(fitted)["消息模板"] is True
        simulator.allow(WIFE.openid)
        play.attempt(
            fitted, play.opened(fitted, order_no="A-2"), channel="push", person_id=real.ids[WIFE.name]
        )
        play.work(fitted.ports)
        sent = simulator.messages(WIFE.openid)[-1]["data"]
        assert {key: item["value"] for key, item in sent.items()} == {
            "thing5": "医保购药人脸核验",
            "name2": "第一药房",
            "character_string6": "A-2",
            "date8": "2026年11月24日 10:00",
        }
    finally:
        simulator.control("templates", template_id=TEMPLATE)


def test_the_check_lists_the_templates_keys_beside_what_is_set(real: World, simulator: Simulator) -> None:
    simulator.control("templates", template_id=TEMPLATE, labels=LABELS, long_term=True)
    try:
        said = [one for one in wechat_check.check(real.ports) if one.step == "消息模板"]
    finally:
        simulator.control("templates", template_id=TEMPLATE)
    text = "".join(one.says + one.then for one in said)
    assert all(
        word in text for word in ("name2（药店）", "thing1", "YIBAO_WECHAT_TEMPLATE_KEYS", "long_term")
    )


def test_a_value_that_is_on_no_list_is_found(real: World, simulator: Simulator) -> None:
    labels = {"thing1": "事项", "phrase2": "状态"}
    keys = with_keys(real, "matter=thing1,state=phrase2")
    for choices, right in ((["待核验", "已完成"], True), (["已完成"], False)):
        simulator.control("templates", template_id=TEMPLATE, labels=labels, choices={"phrase2": choices})
        assert found(keys)["消息模板"] is right
    simulator.control("templates", template_id=TEMPLATE)
