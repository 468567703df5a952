"""The fake that journeys use does what the gateway does with WeChat."""

from collections import Counter
from typing import Any, Protocol

import pytest

from tests.fakes import FakeWeChat
from tests.simulated import TEMPLATE, Simulator
from wechat.errors import WeChatRefused
from wechat.gateway import Gateway
from wechat.protocol import WeChat

DATA = {"thing1": "医保购药人脸核验", "amount3": "128.50"}
PAGE = "pages/verify/verify"


class Side(Protocol):
    """One side of the boundary: the calls, and what happens inside WeChat."""

    wechat: WeChat

    def log_in(self, openid: str) -> str: ...

    def allow(self, openid: str) -> None: ...

    def chat(self, openid: str) -> list[tuple[str, dict[str, str]]]: ...


class Fake:
    def __init__(self) -> None:
        self.wechat = FakeWeChat(credits=Counter())

    def log_in(self, openid: str) -> str:
        return self.wechat.log_in(openid)

    def allow(self, openid: str) -> None:
        assert self.wechat.credits is not None
        self.wechat.credits[openid] += 1

    def chat(self, openid: str) -> list[tuple[str, dict[str, str]]]:
        return [(page, data) for to, page, data in self.wechat.sent if to == openid]


class Real:
    def __init__(self, gateway: Gateway, simulator: Simulator) -> None:
        self.wechat, self.simulator = gateway, simulator

    def log_in(self, openid: str) -> str:
        return self.simulator.log_in(openid)

    def allow(self, openid: str) -> None:
        self.simulator.allow(openid)

    def chat(self, openid: str) -> list[tuple[str, dict[str, str]]]:
        messages = self.simulator.messages(openid)
        return [(m["page"], {name: item["value"] for name, item in m["data"].items()}) for m in messages]


@pytest.fixture(params=["fake", "gateway and simulator"])
def side(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return Fake()
    return Real(request.getfixturevalue("gateway"), request.getfixturevalue("simulator"))


def refused(call: Any, errcode: int) -> None:
    with pytest.raises(WeChatRefused) as error:
        call()
    assert error.value.errcode == errcode


def test_a_login_code_names_the_openid_once(side: Side) -> None:
    code = side.log_in("openid-a1")
    assert side.wechat.code_to_session(code) == "openid-a1"
    refused(lambda: side.wechat.code_to_session(code), 40163)


def test_a_false_login_code_is_refused(side: Side) -> None:
    refused(lambda: side.wechat.code_to_session("false"), 40029)


def test_one_tap_is_one_message(side: Side) -> None:
    refused(lambda: side.wechat.send_subscribed("openid-b1", TEMPLATE, f"{PAGE}?scene=x", DATA), 43101)
    side.allow("openid-b1")
    side.wechat.send_subscribed("openid-b1", TEMPLATE, f"{PAGE}?scene=x", DATA)
    refused(lambda: side.wechat.send_subscribed("openid-b1", TEMPLATE, f"{PAGE}?scene=x", DATA), 43101)
    assert side.chat("openid-b1") == [(f"{PAGE}?scene=x", DATA)]


def test_a_long_value_is_cut_to_what_wechat_takes(side: Side) -> None:
    side.allow("openid-c1")
    side.wechat.send_subscribed("openid-c1", TEMPLATE, PAGE, {"thing1": "药" * 30, "phrase2": "😀" * 9})
    ((_, data),) = side.chat("openid-c1")
    assert data == {"thing1": "药" * 19 + "…", "phrase2": "😀" * 4 + "…"}


def test_a_code_is_a_picture(side: Side) -> None:
    assert side.wechat.code_image("abcABC123", PAGE).startswith(b"\x89PNG")


def test_a_scene_too_long_is_refused(side: Side) -> None:
    refused(lambda: side.wechat.code_image("x" * 33, PAGE), 40169)
