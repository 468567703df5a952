"""The gateway when WeChat misbehaves, over real HTTP."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import cv2
import numpy as np
import pytest

from tests.support.simulated import APPID, DATA, SECRET, TEMPLATE, Simulator
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused, WeChatUnknown
from wechat.gateway import Account, Gateway, cert_hash
from wechat.refusals import Kind, meaning
from wechat.tokens import MemoryTokens

TOKEN_CALL = "/cgi-bin/stable_token"
SEND_CALL = "/cgi-bin/message/subscribe/send"


def send(gateway: Gateway, openid: str = "openid-x1") -> None:
    gateway.send_subscribed(openid, TEMPLATE, "pages/verify/verify?scene=x", DATA)


CALLS: dict[str, Callable[[Gateway], Any]] = {
    "login": lambda gateway: gateway.code_to_session("code"),
    "send": send,
    "code_image": lambda gateway: gateway.code_image("s", "pages/verify/verify"),
    "face_begin": lambda gateway: gateway.face_verify_id("openid-x1", "seq_1", "张三", "310101199801011234"),
    "face_result": lambda gateway: gateway.face_result(
        "openid-x1", "v", "seq_1", "张三", "310101199801011234"
    ),
    "risk": lambda gateway: gateway.risk_rank("openid-x1", 0, "192.0.2.1"),
    "templates": lambda gateway: gateway.template(TEMPLATE),
}
# Refusals of each call on WeChat's own page.
OF_CALLS = {
    "login": {40029, 40163, 40013, 40125, 40226, 40243, 45011, -1},
    "send": {40003, 40037, 41030, 43101, 43107, 43108, 45168, 47003, 40097, 45009, -1},
    "code_image": {41030, 40129, 40169, 40097, 85096, 45009, -1},
    "face_begin": {40003, 84010, 84011, 84012, 84013, 84014, 84015, 84016, 84019, 48001, -1},
    "face_result": {84010, 84016, 84017, 84018, 84019, 84020, 84021, 84022, 48001, -1},
    "risk": {40003, 40129, 43104, 44002, 48001, 61010, 45009, -1},
    "templates": {40001, 45009, 48001, 50001, -1},
}
# Answers that any call may get.
OF_ALL = {40013, 40164, 48001, 48004, 50001, 50002, 61007, 89503, 200013, 99999, 45009, 45011, -1}
SAID = [(call, errcode) for call, errcodes in OF_CALLS.items() for errcode in sorted(errcodes | OF_ALL)]


@pytest.fixture
def noted() -> list[tuple[str, WeChatError]]:
    """What the gateway has told of calls that brought nothing."""
    return []


@pytest.fixture
def noting(simulator: Simulator, noted: list[tuple[str, WeChatError]]) -> Gateway:
    """Return a gateway that records failed calls."""
    account = Account(APPID, SECRET, base_url=simulator.url)
    tell = lambda call, error: noted.append((call, error))  # noqa: E731
    return Gateway(account, MemoryTokens(), lambda: datetime.now(UTC), timeout=(1.0, 1.0), note=tell)


@pytest.mark.parametrize(("call", "errcode"), SAID)
def test_each_errcode_comes_to_its_kind_and_is_told(
    noting: Gateway, simulator: Simulator, noted: list[tuple[str, WeChatError]], call: str, errcode: int
) -> None:
    simulator.faults(**{call: errcode})
    with pytest.raises(WeChatError) as raised:
        CALLS[call](noting)
    ((path, told),) = {(path, str(error)): error for path, error in noted}.items()
    kind = meaning(errcode, path[0]).kind
    if kind is Kind.PASSING:
        assert type(raised.value) is WeChatBusy and raised.value.errcode == errcode
    else:
        assert isinstance(raised.value, WeChatRefused)
        assert (raised.value.errcode, raised.value.kind) == (errcode, kind)
    assert told is raised.value and "?" not in path[0] and SECRET not in repr(noted)


@pytest.mark.parametrize(
    ("errcode", "kind"),
    [(40164, Kind.PERMANENT), (40013, Kind.PERMANENT), (40125, Kind.PERMANENT), (40001, Kind.PERMANENT),
     (40243, Kind.PERMANENT), (89503, Kind.PERMANENT), (45009, Kind.PASSING), (-1, Kind.PASSING)],
)  # fmt: skip
def test_a_permanently_refused_token_is_not_busy(
    noting: Gateway, simulator: Simulator, errcode: int, kind: Kind
) -> None:
    simulator.faults(stable_token=errcode)
    with pytest.raises(WeChatBusy if kind is Kind.PASSING else WeChatRefused) as raised:
        send(noting)
    if isinstance(raised.value, WeChatRefused):
        assert raised.value.kind is kind


NO_ANSWERS: dict[str, tuple[dict[str, Any], type[WeChatError]]] = {
    "500": ({"status": 500}, WeChatBusy),
    "502": ({"status": 502, "body": "<html>bad gateway</html>"}, WeChatBusy),
    "html": ({"body": "<html>maintenance</html>"}, WeChatUnknown),
    "cut off": ({"body": '{"errcode": 0, "errm'}, WeChatUnknown),
    "truncated": ({"truncate": True}, WeChatUnknown),
    "a list": ({"body": "[]"}, WeChatUnknown),
    "nothing in it": ({"body": "{}"}, WeChatUnknown),
    "no number": ({"body": '{"errcode": "none"}'}, WeChatUnknown),
    "null": ({"body": '{"errcode": null}'}, WeChatUnknown),
    "only ok": ({"body": '{"errcode": 0, "errmsg": "ok", "verify_ret": true}'}, WeChatUnknown),
    "redirect": ({"status": 307}, WeChatUnknown),
    "reset": ({"reset": True}, WeChatUnknown),
    "hang": ({"hang": True}, WeChatUnknown),
}
# An errcode of 0 is all that a sent message needs.
ENOUGH = {("send", "only ok")}


@pytest.mark.parametrize("fault", NO_ANSWERS)
@pytest.mark.parametrize("call", CALLS)
def test_an_unreadable_answer_is_unknown(
    gateway: Gateway, simulator: Simulator, call: str, fault: str
) -> None:
    gateway.code_image("warm", "pages/verify/verify")
    what, comes_to = NO_ANSWERS[fault]
    simulator.faults(**what)
    if (call, fault) in ENOUGH:
        CALLS[call](gateway)
        return
    with pytest.raises(comes_to) as error:
        CALLS[call](gateway)
    assert type(error.value) is comes_to


@pytest.mark.parametrize("rank", [-1, 5, 1.5, "0", None])
def test_a_risk_rank_out_of_range_is_no_answer(gateway: Gateway, simulator: Simulator, rank: Any) -> None:
    gateway.code_image("warm", "pages/verify/verify")
    simulator.faults(body=json.dumps({"errcode": 0, "risk_rank": rank}))
    with pytest.raises(WeChatUnknown):
        CALLS["risk"](gateway)


@pytest.mark.parametrize("fault", ["html", "truncated", "reset", "hang", "nothing in it", "500"])
def test_without_a_token_nothing_was_sent(gateway: Gateway, simulator: Simulator, fault: str) -> None:
    before = simulator.calls(SEND_CALL)
    simulator.faults(**NO_ANSWERS[fault][0])
    with pytest.raises(WeChatBusy):
        send(gateway)
    assert simulator.calls(SEND_CALL) == before


def test_a_false_secret_is_refused(simulator: Simulator) -> None:
    account = Account(APPID, "another-secret", base_url=simulator.url)
    gateway = Gateway(account, MemoryTokens(), lambda: datetime.now(UTC), timeout=(1.0, 1.0))
    with pytest.raises(WeChatRefused) as refused:
        send(gateway)
    assert refused.value.errcode == 40125


def test_an_unreachable_server_is_busy() -> None:
    account = Account(APPID, SECRET, base_url="http://127.0.0.1:9")
    gateway = Gateway(account, MemoryTokens(), lambda: datetime.now(UTC), timeout=(1.0, 1.0))
    for call in CALLS.values():
        with pytest.raises(WeChatBusy):
            call(gateway)


def test_a_token_that_has_run_out_is_replaced_once(gateway: Gateway, simulator: Simulator) -> None:
    simulator.allow("openid-x2")
    gateway.code_image("warm", "pages/verify/verify")
    before = simulator.calls(TOKEN_CALL)
    simulator.faults(token="expired")
    send(gateway, "openid-x2")
    assert simulator.calls(TOKEN_CALL) == before + 1
    assert len(simulator.messages("openid-x2")) == 1


@pytest.mark.parametrize("token", ["always_40001", 40014, 42001])
def test_a_token_refused_twice_ends_the_call(
    gateway: Gateway, simulator: Simulator, token: str | int
) -> None:
    tokens, sends = simulator.calls(TOKEN_CALL), simulator.calls(SEND_CALL)
    simulator.faults(token=token)
    with pytest.raises(WeChatBusy):
        send(gateway)
    assert simulator.calls(TOKEN_CALL) - tokens <= 2
    assert simulator.calls(SEND_CALL) - sends <= 2


def test_a_token_is_replaced_before_it_runs_out(simulator: Simulator) -> None:
    now = [datetime.now(UTC)]
    account = Account(APPID, SECRET, base_url=simulator.url)
    gateway = Gateway(account, MemoryTokens(), lambda: now[0], timeout=(1.0, 1.0))
    before = simulator.calls(TOKEN_CALL)
    for seconds in (0, 600, 6000, 600):
        now[0] += timedelta(seconds=seconds)
        CALLS["code_image"](gateway)
    assert simulator.calls(TOKEN_CALL) == before + 2


def test_a_handed_over_token_still_works(gateway: Gateway, simulator: Simulator) -> None:
    CALLS["code_image"](gateway)
    before = simulator.calls(TOKEN_CALL)
    simulator.faults(token="rotated")
    CALLS["code_image"](gateway)
    assert simulator.calls(TOKEN_CALL) == before


def test_a_login_takes_no_access_token(gateway: Gateway, simulator: Simulator) -> None:
    before = simulator.calls(TOKEN_CALL)
    gateway.code_to_session(simulator.log_in("openid-x3"))
    assert simulator.calls(TOKEN_CALL) == before


def test_threads_that_start_cold_fetch_one_token(gateway: Gateway, simulator: Simulator) -> None:
    before = simulator.calls(TOKEN_CALL)
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda n: gateway.code_image(f"s{n}", "pages/verify/verify"), range(16)))
    assert len(pictures) == 16
    assert simulator.calls(TOKEN_CALL) == before + 1


def test_the_account_does_not_show_its_secret() -> None:
    assert SECRET not in repr(Account(APPID, SECRET))


def test_the_code_is_an_ordinary_qr_code(gateway: Gateway) -> None:
    picture = np.frombuffer(gateway.code_image("abcABC123", "pages/verify/verify"), np.uint8)
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.imdecode(picture, cv2.IMREAD_COLOR))
    assert text == "pages/verify/verify?scene=abcABC123"


def test_the_code_says_which_release_it_opens() -> None:
    with Simulator(SIM_PAGES="pages/other/other") as strict:
        for env_version, drawn in (("develop", True), ("trial", True), ("release", False)):
            account = Account(APPID, SECRET, base_url=strict.url, env_version=env_version)
            gateway = Gateway(account, MemoryTokens(), lambda: datetime.now(UTC))
            if drawn:
                CALLS["code_image"](gateway)
                continue
            with pytest.raises(WeChatRefused) as refused:
                CALLS["code_image"](gateway)
            assert refused.value.errcode == 41030


def test_wechats_own_example_of_a_cert_hash() -> None:
    expected = "3c241f7ff324977aeb91f173bb2a7b06569e6fd784d5573db34a636d8671108b"
    assert cert_hash("张三", "310101199801011234") == expected
