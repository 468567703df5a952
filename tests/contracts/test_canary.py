"""No secret, token, openid or ID number appears in any error of the gateway, its chain, or any log."""

import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from api.logs import QUIET
from tests.support.simulated import APPID, DATA, SECRET, TEMPLATE, Simulator
from wechat.callbacks import CallbackRefused, Callbacks, sealed
from wechat.errors import WeChatError
from wechat.gateway import Account, Gateway
from wechat.tokens import MemoryTokens

OPENID, CODE, NAME, ID_NUMBER = (
    "openid-nobody-may-read",
    "code-nobody-may-read",
    "李不可见",
    "310101199801011234",
)
SCENE, CLIENT_IP = "scene-nobody-may-read", "192.0.2.77"
HIDDEN = (SECRET, OPENID, CODE, NAME, ID_NUMBER, SCENE, CLIENT_IP)
TOKEN, AES_KEY = "push-token-nobody-may-read", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
MESSAGE = DATA | {"thing1": NAME}
CALLS: list[Callable[[Gateway], Any]] = [
    lambda gateway: gateway.code_to_session(CODE),
    lambda gateway: gateway.send_subscribed(OPENID, TEMPLATE, f"pages/a/a?scene={SCENE}", MESSAGE),
    lambda gateway: gateway.code_image(SCENE, "pages/a/a"),
    lambda gateway: gateway.face_verify_id(OPENID, "seq_1", NAME, ID_NUMBER),
    lambda gateway: gateway.face_result(OPENID, "verify-id", "seq_1", NAME, ID_NUMBER),
    lambda gateway: gateway.risk_rank(OPENID, 0, CLIENT_IP),
]
FAULTS: list[dict[str, Any]] = [
    {"token": "always_40001"},
    {"token": "expired"},
    {"status": 500},
    {"status": 302},
    {"reset": True},
    {"hang": True},
    {"truncate": True},
    {"body": "<html>"},
    {"body": f'{{"errcode": "{OPENID}"}}'},
    {"body": f'{{"errcode": 40003, "errmsg": "invalid openid {OPENID}"}}'},
    {
        "login": 40163,
        "send": 43101,
        "code_image": 41030,
        "face_begin": 84011,
        "face_result": 84018,
        "risk": 61010,
    },
    {"login": -1, "send": 45009, "code_image": 45009, "face_begin": -1, "face_result": -1, "risk": -1},
]


def told(error: BaseException) -> str:
    """Return everything a handler could print of an error: text, data, notes and both chains."""
    parts = ["".join(traceback.format_exception(error)), repr(error), repr(error.args), repr(vars(error))]
    for linked in (error.__cause__, error.__context__):
        parts += [told(linked)] if linked is not None else []
    return "\n".join(parts)


def listen(caplog: pytest.LogCaptureFixture) -> None:
    """Capture all logs, also where an application in this process has reduced the level."""
    for name in (None, *QUIET):
        caplog.set_level(logging.DEBUG, logger=name)


@pytest.mark.parametrize("fault", FAULTS, ids=range(len(FAULTS)))
def test_errors_and_logs_contain_no_secrets(
    simulator: Simulator, caplog: pytest.LogCaptureFixture, fault: dict[str, Any]
) -> None:
    listen(caplog)
    tokens = MemoryTokens()
    account = Account(APPID, SECRET, base_url=simulator.url)
    gateway = Gateway(account, tokens, lambda: datetime.now(UTC), timeout=(0.5, 0.5))
    gateway.code_image("warm", "pages/a/a")
    warm = tokens.get(APPID)
    simulator.faults(**fault)
    said = []
    for call in CALLS:
        try:
            call(gateway)
        except WeChatError as error:
            assert error.__cause__ is None and error.__context__ is None
            said.append(told(error))
    later = tokens.get(APPID)
    assert said and warm is not None and later is not None
    for text in (*said, caplog.text):
        for secret in (
            SECRET,
            OPENID,
            CODE,
            NAME,
            ID_NUMBER,
            "secret-scene",
            "192.0.2.77",
            warm[0],
            later[0],
        ):
            assert secret not in text


def test_the_test_would_notice_a_logged_secret(caplog: pytest.LogCaptureFixture) -> None:
    listen(caplog)
    logging.getLogger("wechatpy").debug("canary")
    assert "canary" in caplog.text


def test_refused_callbacks_contain_no_secrets(caplog: pytest.LogCaptureFixture) -> None:
    listen(caplog)
    now, callbacks = datetime(2026, 11, 24, tzinfo=UTC), Callbacks(TOKEN, AES_KEY, APPID)
    second = int(now.timestamp())
    document = f'{{"FromUserName": "{OPENID}", "MsgType": "event", '.encode()
    whole = document + b'"Event": "subscribe_msg_popup_event", "List": {}}'
    for query, body in (
        sealed(TOKEN, AES_KEY, APPID, document, nonce="n", timestamp=second),
        sealed(TOKEN, AES_KEY, APPID, whole, nonce="n", timestamp=second),
        sealed(TOKEN, AES_KEY, "wx-other", whole, nonce="n", timestamp=second),
        sealed("other", AES_KEY, APPID, whole, nonce="n", timestamp=second),
        sealed(TOKEN, AES_KEY, APPID, whole, nonce="n", timestamp=second - 999),
        ({"timestamp": str(second), "nonce": "n", "msg_signature": "x"}, document),
    ):
        with pytest.raises(CallbackRefused) as refusal:
            callbacks.opened(query, body, now)
        text = told(refusal.value) + caplog.text
        assert not any(secret in text for secret in (TOKEN, AES_KEY, OPENID))
