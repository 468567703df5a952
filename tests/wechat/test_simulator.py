"""The simulator says no where WeChat says no."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.simulated import APPID, DATA, LONG_TERM, SECRET, TEMPLATE, Simulator


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running
    assert running.returncode == 0


def token(simulator: Simulator) -> str:
    body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    return str(simulator.http.post("/cgi-bin/stable_token", json=body).json()["access_token"])


def message(**changes: str | None) -> dict[str, Any]:
    """Return the data of a message with other values, or without those that are None."""
    return {key: {"value": value} for key, value in (DATA | changes).items() if value is not None}


def sent(simulator: Simulator, **changes: Any) -> int:
    body = {
        "touser": "openid-1",
        "template_id": TEMPLATE,
        "page": "pages/verify/verify?scene=x",
        "data": message(),
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
        ({"page": "/pages/verify/verify"}, 41030),
        ({"data": {}}, 47003),
        ({"data": message(thing2=None)}, 47003),
        ({"data": message(thing9="另一个键")}, 47003),
        ({"data": message(thing1="")}, 47003),
        ({"data": message(thing1="x" * 21)}, 47003),
        ({"data": message(thing1="😀" * 11)}, 47003),
        ({"data": message(amount3="about 5")}, 47003),
        ({"data": message(time4="soon")}, 47003),
        ({"data": message(time4="2026-11-24 10:00")}, 47003),
        ({"data": message() | {"thing1": "bare"}}, 47003),
        ({"data": message() | {"thing1": {"value": 5}}}, 47003),
        ({"lang": "de_DE"}, 40097),
        ({"miniprogram_state": "beta"}, 40097),
        ({}, 43101),
    ],
)
def test_a_message_wechat_would_not_take(simulator: Simulator, change: dict[str, Any], errcode: int) -> None:
    assert sent(simulator, **change) == errcode


FORMS = {
    "thing": (["药" * 20, "a 1，。"], ["药" * 21, "一行\n又一行"]),
    "phrase": (["待核验", "五个汉字满"], ["六个汉字太长", "ok", "待核验!"]),
    "name": (["欧阳华", "Maria Teresa", "李*白"], ["十一个汉字的名字太长不行", "张3", "x" * 21]),
    "character_string": (["A-17 b"], ["订单 A-17", "x" * 33]),
    "number": (["12.5", "-3"], ["三", "1e5"]),
    "letter": (["abc"], ["a1", "甲"]),
    "symbol": (["!?"], ["a", "!?!?!?"]),
    "amount": (["128.50", "￥128.50", "¥9元", "0.00元"], ["12345678901", "RMB 5", "5 元"]),
    "time": (["15:01", "2019年10月1日 15:01", "8:00~9:30"], ["soon", "25:00", "2019-10-01 15:01"]),
    "date": (["2019年10月1日", "2019年10月1日 15:01"], ["tomorrow", "2019年13月1日", "2019-10-01"]),
    "phone_number": (["+86-0571-88886666"], ["none", "1" * 18]),
    "car_number": (["浙A8Z888挂"], ["浙A·8Z888", "A" * 9]),
}


@pytest.mark.parametrize("kind", FORMS)
def test_a_field_takes_what_its_kind_takes(simulator: Simulator, kind: str) -> None:
    key, template = f"{kind}7", f"template-{kind}"
    simulator.control("templates", template_id=template, labels={key: "内容"})
    taken, refused = FORMS[kind]
    for values, errcode in ((taken, 43101), (refused, 47003)):
        for value in values:
            data = {key: {"value": value}}
            assert sent(simulator, template_id=template, data=data) == errcode, value


def test_a_key_with_a_list_of_values_takes_no_other(simulator: Simulator) -> None:
    simulator.control(
        "templates", template_id="template-list", labels={"phrase1": "状态"}, choices={"phrase1": ["待核验"]}
    )
    assert sent(simulator, template_id="template-list", data={"phrase1": {"value": "待核验"}}) == 43101
    assert sent(simulator, template_id="template-list", data={"phrase1": {"value": "已完成"}}) == 47003


def test_a_template_cannot_have_a_key_of_no_kind(simulator: Simulator) -> None:
    answer = simulator.http.post("/sim/v1/templates", json={"template_id": "t-x", "labels": {"remark": "x"}})
    assert answer.status_code == 400


def test_a_message_opens_no_page_that_is_not_published() -> None:
    with Simulator(SIM_PAGES="pages/home/home") as strict:
        assert sent(strict) == 41030
        assert sent(strict, page="pages/home/home?scene=x") == 43101
        assert sent(strict, miniprogram_state="trial") == 43101


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


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"scene": ""}, 40169),
        ({"scene": "x" * 33}, 40169),
        ({"scene": 7}, 40169),
        ({"scene": "空"}, 40129),
        ({"scene": "a b"}, 40129),
        ({"page": "/pages/verify/verify"}, 41030),
        ({"page": "pages/verify/verify?a=1"}, 41030),
        ({"env_version": "beta"}, 40097),
        ({"check_path": 1}, 47001),
    ],
)
def test_a_code_wechat_would_not_draw(simulator: Simulator, change: dict[str, Any], errcode: int) -> None:
    url = f"/wxa/getwxacodeunlimit?access_token={token(simulator)}"
    answer = simulator.http.post(url, json={"scene": "s", "page": "pages/verify/verify"} | change)
    assert answer.json()["errcode"] == errcode


def test_a_page_that_is_not_published_has_no_code_unless_unchecked() -> None:
    with Simulator(SIM_PAGES="pages/home/home") as simulator:
        url = f"/wxa/getwxacodeunlimit?access_token={token(simulator)}"
        wanted = {"scene": "s", "page": "pages/verify/verify"}
        assert simulator.http.post(url, json=wanted).json()["errcode"] == 41030
        assert simulator.http.post(url, json=wanted | {"page": "pages/home/home"}).content[:4] == b"\x89PNG"
        assert simulator.http.post(url, json=wanted | {"check_path": False}).content[:4] == b"\x89PNG"
        codes = simulator.http.get("/sim/v1/codes").json()["codes"]
        assert codes == ["pages/verify/verify?scene=s", "pages/home/home?scene=s"]


def test_the_page_shows_each_chat(simulator: Simulator) -> None:
    simulator.allow("openid-page")
    assert sent(simulator, touser="openid-page") == 0
    simulator.faults(latency_ms=1)
    page = simulator.http.get("/").text
    simulator.faults(clear=True)
    for text in ("openid-page", "核验", "服务通知", "待办事项提醒", "事项", "发订阅消息", "应答变慢"):
        assert text in page


def test_a_message_opens_the_phone_in_the_browser_where_there_is_one(simulator: Simulator) -> None:
    with Simulator(SIM_PHONE_URL="http://127.0.0.1:8002/") as with_phone:
        with_phone.allow("openid-phone")
        assert sent(with_phone, touser="openid-phone") == 0
        page = with_phone.http.get("/").text
    opened = "http://127.0.0.1:8002/open?openid=openid-phone&amp;page=pages/verify/verify%3Fscene%3Dx"
    assert f'target="phone" href="{opened}"' in page and "<iframe" in page
    assert "<iframe" not in simulator.http.get("/").text


def test_the_page_needs_nothing_from_elsewhere(simulator: Simulator) -> None:
    page = simulator.http.get("/").text
    links = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert len(links) == 2 and not re.search(r'(src|href)="(https?:)?//', page)
    assert all(simulator.http.get(link).status_code == 200 for link in links)


@pytest.mark.parametrize(
    ("name", "body"),
    [("login", {}), ("subscribe", {"openid": "o"}), ("faults", {"nonsense": 1}), ("login", {"openid": 7})],
)
def test_a_false_control_call_is_refused(simulator: Simulator, name: str, body: dict[str, Any]) -> None:
    answer = simulator.http.post(f"/sim/v1/{name}", json=body)
    assert answer.status_code == 400 and "error" in answer.json()


def test_a_false_callback_address_is_refused(simulator: Simulator) -> None:
    body = {"url": "http://127.0.0.1:9/", "token": "t", "aes_key": "short"}
    assert simulator.http.post("/sim/v1/callbacks", json=body).status_code == 400


def test_a_handed_over_token_lives_on(simulator: Simulator) -> None:
    old = token(simulator)
    simulator.faults(token="rotated")
    new = token(simulator)
    assert new != old
    for one in (old, new):
        answer = simulator.http.post(f"/cgi-bin/message/subscribe/send?access_token={one}", json={})
        assert answer.json()["errcode"] == 40003


def test_a_forced_token_ends_the_one_before_at_most_every_30_seconds(simulator: Simulator) -> None:
    old = token(simulator)
    body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET, "force_refresh": True}
    new = simulator.http.post("/cgi-bin/stable_token", json=body).json()["access_token"]
    again = simulator.http.post("/cgi-bin/stable_token", json=body).json()["access_token"]
    assert new != old and again == new
    answer = simulator.http.post(f"/cgi-bin/message/subscribe/send?access_token={old}", json={})
    assert answer.json()["errcode"] == 42001


def test_its_clock_ends_tokens_and_survives_a_kill(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "wechat.sqlite"))
    with Simulator(*state) as simulator:
        first = token(simulator)
        simulator.control("clock", ahead_s=7_201)
        assert token(simulator) != first
        simulator.kill()
    with Simulator(*state) as simulator:
        body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        assert simulator.http.post("/cgi-bin/stable_token", json=body).json()["expires_in"] <= 7200
        refused = simulator.http.post("/sim/v1/clock", json={"ahead_s": -1})
        assert refused.status_code == 400


@pytest.mark.parametrize(("value", "errcode"), [("", 41001), ("short", 40014), ("x" * 64, 40001)])
def test_a_token_that_is_none(simulator: Simulator, value: str, errcode: int) -> None:
    answer = simulator.http.post(f"/cgi-bin/message/subscribe/send?access_token={value}", json={})
    assert (answer.status_code, answer.json()["errcode"]) == (200, errcode)


def test_the_older_token_call_knows_nothing_of_the_stable_one(simulator: Simulator) -> None:
    stable, params = token(simulator), {"appid": APPID, "secret": SECRET}
    first = simulator.http.get("/cgi-bin/token", params=params).json()["access_token"]
    second = simulator.http.get("/cgi-bin/token", params=params).json()["access_token"]
    assert len({stable, first, second}) == 3 and token(simulator) == stable


def test_calls_run_out(simulator: Simulator) -> None:
    path = "/cgi-bin/message/subscribe/send"
    simulator.faults(quota={path: 2})
    assert [sent(simulator, touser="openid-q") for _ in range(3)] == [43101, 43101, 45009]
    simulator.faults(clear=True)
    assert sent(simulator, touser="openid-q") == 43101


@pytest.mark.parametrize(
    ("method", "path", "status", "errcode"),
    [
        ("GET", "/cgi-bin/stable_token", 200, 43002),
        ("POST", "/sns/jscode2session", 200, 43001),
        ("GET", "/cgi-bin/nonsense", 404, 40066),
    ],
)
def test_a_call_that_is_none(simulator: Simulator, method: str, path: str, status: int, errcode: int) -> None:
    answer = simulator.http.request(method, path)
    assert (answer.status_code, answer.json()["errcode"]) == (status, errcode)


def test_a_body_that_is_no_object_is_refused(simulator: Simulator) -> None:
    for path in ("/cgi-bin/stable_token", f"/wxa/getwxacodeunlimit?access_token={token(simulator)}"):
        assert simulator.http.post(path, content=b"[1]").json()["errcode"] == 47001


def test_a_long_term_template_needs_one_tap_until_it_is_refused(simulator: Simulator) -> None:
    wanted = {"touser": "openid-long", "template_id": LONG_TERM}
    assert sent(simulator, **wanted) == 43101
    simulator.allow("openid-long", LONG_TERM)
    assert [sent(simulator, **wanted) for _ in range(3)] == [0, 0, 0]
    simulator.control("settings", openid="openid-long", template_id=LONG_TERM, result="reject")
    assert sent(simulator, **wanted) == 43101


def test_a_refusal_in_the_settings_takes_what_was_allowed(simulator: Simulator) -> None:
    simulator.allow("openid-s")
    simulator.allow("openid-s")
    assert simulator.credits("openid-s") == {TEMPLATE: 2}
    simulator.control("settings", openid="openid-s", template_id=TEMPLATE, result="reject")
    assert simulator.credits("openid-s") == {TEMPLATE: 0} and sent(simulator, touser="openid-s") == 43101


def test_a_credit_is_never_spent_twice(simulator: Simulator) -> None:
    for _ in range(5):
        simulator.allow("openid-many")
    with ThreadPoolExecutor(8) as pool:
        errcodes = list(pool.map(lambda _: sent(simulator, touser="openid-many"), range(16)))
    assert sorted(errcodes) == [0] * 5 + [43101] * 11 and len(simulator.messages("openid-many")) == 5


def test_a_template_can_be_added(simulator: Simulator) -> None:
    assert sent(simulator, template_id="template-new") == 40037
    simulator.control("templates", template_id="template-new", title="取药提醒", labels={"thing1": "药品"})
    simulator.allow("openid-new", "template-new")
    drug = {"thing1": {"value": "阿莫西林"}}
    assert sent(simulator, touser="openid-new", template_id="template-new", data=drug) == 0
    page = simulator.http.get("/", params={"openid": "openid-new"}).text
    assert "取药提醒" in page and "药品" in page


def test_the_demo_names_a_template_for_notices_of_agents() -> None:
    with Simulator(SIM_AGENT_TEMPLATE_ID="template-agents") as simulator:
        simulator.allow("openid-a", "template-agents")
        assert sent(simulator, touser="openid-a", template_id="template-agents") == 0
        assert "代办购药提醒" in simulator.http.get("/", params={"openid": "openid-a"}).text


def test_a_voice_reminder_is_an_acceptance_and_a_panel_has_five_templates(simulator: Simulator) -> None:
    both = {"openid": "openid-v", "template_id": [TEMPLATE, LONG_TERM], "result": "acceptWithAudio"}
    assert simulator.control("subscribe", **both)["credits"] == {TEMPLATE: 1, LONG_TERM: 1}
    six = {"openid": "openid-v", "template_id": ["a", "b", "c", "d", "e", "f"], "result": "accept"}
    assert simulator.http.post("/sim/v1/subscribe", json=six).status_code == 400


def face(simulator: Simulator, path: str, **body: Any) -> dict[str, Any]:
    url = f"/cityservice/face/identify/{path}?access_token={token(simulator)}"
    return dict(simulator.http.post(url, json=body).json())


CARD = {"cert_type": "IDENTITY_CARD", "cert_name": "张三", "cert_no": "310101199801011234"}
# WeChat's own example.
CARD_HASH = "3c241f7ff324977aeb91f173bb2a7b06569e6fd784d5573db34a636d8671108b"


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"out_seq_no": ""}, 84010),
        ({"out_seq_no": "abcd"}, 84011),
        ({"out_seq_no": "a b c d"}, 84011),
        ({"cert_info": {}}, 84012),
        ({"cert_info": CARD | {"cert_type": "PASSPORT"}}, 84013),
        ({"cert_info": CARD | {"cert_name": " "}}, 84014),
        ({"cert_info": CARD | {"cert_no": 310101199801011234}}, 84015),
        ({"openid": ""}, 84016),
        ({"openid": "o"}, 40003),
    ],
)
def test_a_face_verification_wechat_would_not_begin(
    simulator: Simulator, change: dict[str, Any], errcode: int
) -> None:
    wanted = {"out_seq_no": "seq-1", "cert_info": CARD, "openid": "openid-f"} | change
    assert face(simulator, "getverifyid", **wanted)["errcode"] == errcode


def test_a_face_verification_is_asked_for_as_it_was_begun(simulator: Simulator) -> None:
    begun = {"out_seq_no": "seq-of-f1", "cert_info": CARD, "openid": "openid-f1"}
    verify_id = face(simulator, "getverifyid", **begun)["verify_id"]
    assert face(simulator, "getverifyid", **begun)["errcode"] == 84019
    asked = {"verify_id": verify_id, "out_seq_no": "seq-of-f1", "cert_hash": CARD_HASH, "openid": "openid-f1"}
    for change, errcode in (
        ({"openid": "openid-f2"}, 84017), ({"cert_hash": "0" * 64}, 84018), ({"out_seq_no": "other"}, 84020),
        ({"verify_id": ""}, 84021), ({"verify_id": "other"}, 84022), ({"out_seq_no": ""}, 84010),
        ({"openid": ""}, 84016),
    ):  # fmt: skip
        assert face(simulator, "queryverifyinfo", **asked | change)["errcode"] == errcode
    assert face(simulator, "queryverifyinfo", **asked)["verify_ret"] == 10300
    assert simulator.control("faces/perform", verify_id=verify_id) == {"verify_ret": 10000}
    assert face(simulator, "queryverifyinfo", **asked)["verify_ret"] == 10000
    again = simulator.http.post("/sim/v1/faces/perform", json={"verify_id": verify_id})
    assert again.status_code == 400


def test_state_outlives_a_kill(tmp_path: Path) -> None:
    state = str(tmp_path / "sim.sqlite")
    with Simulator("--state", state) as first:
        first.allow("openid-k")
        first.allow("openid-k")
        assert sent(first, touser="openid-k") == 0
        old = token(first)
        first.kill()
    with Simulator(SIM_STATE=state) as second:
        assert second.credits("openid-k") == {TEMPLATE: 1}
        assert [message["page"] for message in second.messages("openid-k")] == ["pages/verify/verify?scene=x"]
        assert token(second) == old
        assert sent(second, touser="openid-k") == 0


def test_a_refusal_in_the_panel_gives_no_credit(simulator: Simulator) -> None:
    simulator.control("subscribe", openid="openid-no", template_id=TEMPLATE, result="reject")
    assert sent(simulator, touser="openid-no") == 43101
