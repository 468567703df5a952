"""The fake used by journeys behaves like the gateway with WeChat."""

from collections import Counter
from typing import Any, Protocol

import pytest

from tests.support.fakes import FakeWeChat
from tests.support.simulated import DATA, TEMPLATE, Simulator
from wechat.errors import WeChatRefused
from wechat.gateway import Gateway
from wechat.protocol import WeChat

PAGE = "pages/verify/verify"
NAME, ID_NUMBER = "张三", "310101199801011234"


class Side(Protocol):
    """One side of the boundary: the calls, and WeChat's internal actions."""

    wechat: WeChat

    def log_in(self, openid: str) -> str: ...

    def allow(self, openid: str) -> None: ...

    def chat(self, openid: str) -> list[tuple[str, dict[str, str]]]: ...

    def decide_face(self, openid: str, verify_ret: int) -> None: ...

    def decide_rank(self, openid: str, rank: int) -> None: ...


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

    def decide_face(self, openid: str, verify_ret: int) -> None:
        self.wechat.faces[openid] = verify_ret

    def decide_rank(self, openid: str, rank: int) -> None:
        self.wechat.ranks[openid] = rank


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

    def decide_face(self, openid: str, verify_ret: int) -> None:
        self.simulator.control("faces", openid=openid, outcome=verify_ret)

    def decide_rank(self, openid: str, rank: int) -> None:
        self.simulator.control("risks", openid=openid, rank=rank)


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


def test_one_permission_is_one_message(side: Side) -> None:
    refused(lambda: side.wechat.send_subscribed("openid-b1", TEMPLATE, f"{PAGE}?scene=x", DATA), 43101)
    side.allow("openid-b1")
    side.wechat.send_subscribed("openid-b1", TEMPLATE, f"{PAGE}?scene=x", DATA)
    refused(lambda: side.wechat.send_subscribed("openid-b1", TEMPLATE, f"{PAGE}?scene=x", DATA), 43101)
    assert side.chat("openid-b1") == [(f"{PAGE}?scene=x", DATA)]


def test_each_message_has_its_own_msgid(side: Side) -> None:
    side.allow("openid-b2")
    side.allow("openid-b2")
    msg_ids = {side.wechat.send_subscribed("openid-b2", TEMPLATE, PAGE, DATA) for _ in range(2)}
    assert len(msg_ids) == 2 and all(isinstance(msg_id, str) and msg_id for msg_id in msg_ids)


def test_a_long_value_is_truncated_to_wechats_limit(side: Side) -> None:
    side.allow("openid-c1")
    side.wechat.send_subscribed(
        "openid-c1", TEMPLATE, PAGE, DATA | {"thing1": "药" * 30, "thing2": "😀" * 11}
    )
    ((_, data),) = side.chat("openid-c1")
    assert data == DATA | {"thing1": "药" * 19 + "…", "thing2": "😀" * 9 + "…"}


@pytest.mark.parametrize(
    "data", [{"thing1": "核验"}, DATA | {"thing9": "x"}, {f"{key}9": value for key, value in DATA.items()}]
)
def test_a_message_has_its_templates_keys_and_no_others(side: Side, data: dict[str, str]) -> None:
    side.allow("openid-c2")
    refused(lambda: side.wechat.send_subscribed("openid-c2", TEMPLATE, PAGE, data), 47003)
    assert side.chat("openid-c2") == []


def test_a_template_shows_its_keys(side: Side) -> None:
    found = side.wechat.template(TEMPLATE)
    assert found is not None and set(found.labels) == set(DATA) and not found.long_term
    assert side.wechat.template("another") is None


def test_a_code_is_a_picture(side: Side) -> None:
    assert side.wechat.code_image("abcABC123", PAGE).startswith(b"\x89PNG")


@pytest.mark.parametrize(("scene", "errcode"), [("x" * 33, 40169), ("", 40169), ("张三", 40129)])
def test_a_scene_wechat_does_not_take_is_refused(side: Side, scene: str, errcode: int) -> None:
    refused(lambda: side.wechat.code_image(scene, PAGE), errcode)


@pytest.mark.parametrize("verify_ret", [10000, 10004, 90002])
def test_a_face_verification_returns_wechats_result(side: Side, verify_ret: int) -> None:
    openid, number = f"openid-f{verify_ret}", f"seq_{verify_ret}"
    verify_id = side.wechat.face_verify_id(openid, number, NAME, ID_NUMBER)
    assert side.wechat.face_result(openid, verify_id, number, NAME, ID_NUMBER) == 10300
    side.decide_face(openid, verify_ret)
    assert side.wechat.face_result(openid, verify_id, number, NAME, ID_NUMBER) == verify_ret


def test_a_face_verification_belongs_to_one_person_and_one_number(side: Side) -> None:
    verify_id = side.wechat.face_verify_id("openid-g1", "seq_g1", NAME, ID_NUMBER)
    ask = side.wechat.face_result
    refused(lambda: ask("openid-g2", verify_id, "seq_g1", NAME, ID_NUMBER), 84017)
    refused(lambda: ask("openid-g1", verify_id, "seq_g2", NAME, ID_NUMBER), 84020)
    refused(lambda: ask("openid-g1", verify_id, "seq_g1", "李四", ID_NUMBER), 84018)
    refused(lambda: ask("openid-g1", verify_id, "seq_g1", NAME, "310101199801011235"), 84018)
    refused(lambda: ask("openid-g1", "another", "seq_g1", NAME, ID_NUMBER), 84022)
    refused(lambda: side.wechat.face_verify_id("openid-g1", "seq_g1", NAME, ID_NUMBER), 84019)
    refused(lambda: side.wechat.face_verify_id("openid-g1", "no", NAME, ID_NUMBER), 84011)


def test_a_user_has_a_risk_rank_once_they_were_in_the_mini_program(side: Side) -> None:
    refused(lambda: side.wechat.risk_rank("openid-h1", 0, "192.0.2.1"), 61010)
    side.wechat.code_to_session(side.log_in("openid-h1"))
    assert side.wechat.risk_rank("openid-h1", 0, "192.0.2.1") == 0
    side.decide_rank("openid-h1", 4)
    assert side.wechat.risk_rank("openid-h1", 1, "192.0.2.1") == 4
    refused(lambda: side.wechat.risk_rank("openid-h1", 2, "192.0.2.1"), 40129)
