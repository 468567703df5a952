"""The simulator says no where WeChat says no."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulated import APPID, SECRET, TEMPLATE, Simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running
    assert running.returncode == 0


def token(simulator: Simulator) -> str:
    body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    return str(simulator.http.post("/cgi-bin/stable_token", json=body).json()["access_token"])


def sent(simulator: Simulator, **changes: Any) -> int:
    body = {
        "touser": "openid-1",
        "template_id": TEMPLATE,
        "page": "pages/verify/verify?scene=x",
        "data": {"thing1": {"value": "核验"}},
    } | changes
    url = f"/cgi-bin/message/subscribe/send?access_token={token(simulator)}"
    answer = simulator.http.post(url, json=body)
    assert answer.status_code == 200
    return int(answer.json()["errcode"])


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"touser": ""}, 40003),
        ({"template_id": "other"}, 40037),
        ({"page": "no page"}, 41030),
        ({"data": {}}, 47003),
        ({"data": {"thing1": {"value": "x" * 21}}}, 47003),
        ({"data": {"phrase1": {"value": "六个汉字太长"}}}, 47003),
        ({"data": {"character_string1": {"value": "汉字"}}}, 47003),
        ({"data": {"unknown1": {"value": "x"}}}, 47003),
        ({"data": {"thing1": "bare"}}, 47003),
        ({}, 43101),
    ],
)
def test_a_message_wechat_would_not_take(simulator: Simulator, change: dict[str, Any], errcode: int) -> None:
    assert sent(simulator, **change) == errcode


def test_the_same_token_while_it_is_valid(simulator: Simulator) -> None:
    first = token(simulator)
    assert token(simulator) == first
    simulator.faults(token="expired")
    assert token(simulator) != first


@pytest.mark.parametrize(
    ("body", "errcode"),
    [({"appid": "x", "secret": SECRET}, 40013), ({"appid": APPID, "secret": "x"}, 40125), ({}, 40013)],
)
def test_a_false_secret_gets_no_token(simulator: Simulator, body: dict[str, str], errcode: int) -> None:
    assert simulator.http.post("/cgi-bin/stable_token", json=body).json()["errcode"] == errcode


@pytest.mark.parametrize("scene", ["", "x" * 33, "空", "a b"])
def test_a_scene_wechat_would_not_draw(simulator: Simulator, scene: str) -> None:
    url = f"/wxa/getwxacodeunlimit?access_token={token(simulator)}"
    answer = simulator.http.post(url, json={"scene": scene, "page": "pages/verify/verify"})
    assert answer.json()["errcode"] == 40169


def test_the_page_shows_each_chat(simulator: Simulator) -> None:
    simulator.allow("openid-page")
    assert sent(simulator, touser="openid-page") == 0
    page = simulator.http.get("/").text
    assert "openid-page" in page and "核验" in page and "服务通知" in page


@pytest.mark.parametrize(
    ("name", "body"),
    [("login", {}), ("subscribe", {"openid": "o"}), ("faults", {"nonsense": 1}), ("login", {"openid": 7})],
)
def test_a_false_control_call_is_refused(simulator: Simulator, name: str, body: dict[str, Any]) -> None:
    answer = simulator.http.post(f"/sim/v1/{name}", json=body)
    assert answer.status_code == 400 and "error" in answer.json()


def test_a_refusal_in_the_panel_gives_no_credit(simulator: Simulator) -> None:
    simulator.control("subscribe", openid="openid-no", template_id=TEMPLATE, result="reject")
    assert sent(simulator, touser="openid-no") == 43101
