"""The gateway when WeChat does not behave, over real HTTP."""

import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import cv2
import numpy as np
import pytest

from tests.simulated import APPID, SECRET, TEMPLATE, Simulator
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused, WeChatUnknown
from wechat.gateway import Account, Gateway
from wechat.tokens import MemoryTokens

TOKEN_CALL = "/cgi-bin/stable_token"
OPENID = "openid-that-nobody-may-read"
SEND_CALL = "/cgi-bin/message/subscribe/send"


def send(gateway: Gateway, openid: str = "openid-x1") -> None:
    gateway.send_subscribed(openid, TEMPLATE, "pages/verify/verify?scene=x", {"thing1": "核验"})


@pytest.mark.parametrize("errcode", [40003, 40037, 41030, 43101, 47003])
def test_a_no_is_a_no(gateway: Gateway, simulator: Simulator, errcode: int) -> None:
    simulator.faults(send=errcode)
    with pytest.raises(WeChatRefused) as refused:
        send(gateway)
    assert refused.value.errcode == errcode


@pytest.mark.parametrize("errcode", [-1, 45009])
def test_busy_may_be_repeated(gateway: Gateway, simulator: Simulator, errcode: int) -> None:
    simulator.faults(send=errcode)
    with pytest.raises(WeChatBusy):
        send(gateway)


@pytest.mark.parametrize(
    ("fault", "comes_to"),
    [
        ({"status": 500}, WeChatBusy),
        ({"status": 502, "body": "<html>bad gateway</html>"}, WeChatBusy),
        ({"body": "<html>maintenance</html>"}, WeChatUnknown),
        ({"body": '{"errcode": 0, "errm'}, WeChatUnknown),
        ({"body": "[]"}, WeChatUnknown),
        ({"body": "{}"}, WeChatUnknown),
        ({"reset": True}, WeChatUnknown),
        ({"hang": True}, WeChatUnknown),
    ],
    ids=["500", "502", "html", "cut off", "a list", "nothing in it", "reset", "hang"],
)
def test_no_readable_answer(
    gateway: Gateway, simulator: Simulator, fault: dict[str, Any], comes_to: type[WeChatError]
) -> None:
    gateway.code_image("warm", "pages/verify/verify")
    simulator.faults(**fault)
    with pytest.raises(comes_to):
        send(gateway)


def test_nobody_listens() -> None:
    account = Account(APPID, SECRET, base_url="http://127.0.0.1:9")
    gateway = Gateway(account, MemoryTokens(), lambda: datetime.now(UTC), timeout=(1.0, 1.0))
    with pytest.raises(WeChatBusy):
        send(gateway)


def test_a_token_that_has_run_out_is_replaced_once(gateway: Gateway, simulator: Simulator) -> None:
    simulator.allow("openid-x2")
    gateway.code_image("warm", "pages/verify/verify")
    before = simulator.calls(TOKEN_CALL)
    simulator.faults(token="expired")
    send(gateway, "openid-x2")
    assert simulator.calls(TOKEN_CALL) == before + 1
    assert len(simulator.messages("openid-x2")) == 1


def test_a_token_that_is_never_right_ends(gateway: Gateway, simulator: Simulator) -> None:
    tokens, sends = simulator.calls(TOKEN_CALL), simulator.calls(SEND_CALL)
    simulator.faults(token="always_40001")
    with pytest.raises(WeChatBusy):
        send(gateway)
    assert simulator.calls(TOKEN_CALL) - tokens <= 2
    assert simulator.calls(SEND_CALL) - sends <= 2


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


@pytest.mark.parametrize("fault", [{"send": 40001}, {"status": 500}, {"reset": True}, {"send": 43101}])
def test_no_error_carries_a_secret(gateway: Gateway, simulator: Simulator, fault: dict[str, Any]) -> None:
    simulator.faults(**fault)
    with pytest.raises(WeChatError) as error:
        send(gateway, OPENID)
    told = "".join(traceback.format_exception(error.value))
    token = gateway._wechat._tokens.get(APPID)
    assert SECRET not in told and OPENID not in told
    assert token is None or token[0] not in told
    assert error.value.__context__ is None and error.value.__cause__ is None


def test_the_account_does_not_show_its_secret() -> None:
    assert SECRET not in repr(Account(APPID, SECRET))


def test_the_code_is_an_ordinary_qr_code(gateway: Gateway) -> None:
    picture = np.frombuffer(gateway.code_image("abcABC123", "pages/verify/verify"), np.uint8)
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.imdecode(picture, cv2.IMREAD_COLOR))
    assert text == "pages/verify/verify?scene=abcABC123"
