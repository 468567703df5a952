"""The harness is as strict as WeChat: shown on small pages of its own."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask, Response, jsonify, request

from scripts.phone.server import create
from tests.e2e.installation import ROOT
from tests.miniprogram.conftest import build, served
from tests.miniprogram.e2e.browser import Browser
from tests.miniprogram.e2e.phone import Phone
from tests.miniprogram.node import HERE

pytestmark = [pytest.mark.browser]


def fake_servers() -> Flask:
    """Stand for the application and for WeChat's simulator."""
    app = Flask("fake")
    app.config["told"], app.config["codes"] = [], []

    @app.post("/sim/v1/login")
    def login() -> Response:
        return jsonify(code="code-1")

    @app.post("/sim/v1/subscribe")
    def subscribe() -> Response:
        app.config["told"].append(request.get_json())
        return jsonify(credits={})

    @app.get("/sim/v1/templates")
    def templates() -> Response:
        return jsonify(templates=[{"template_id": f"template-{n}", "title": f"提醒{n}"} for n in (1, 2)])

    @app.get("/sim/v1/codes")
    def codes() -> Response:
        return jsonify(codes=app.config["codes"])

    @app.post("/mp/echo")
    def echo() -> tuple[Response, int]:
        return jsonify(bytes=list(request.get_data())), 409

    return app


@pytest.fixture(scope="module")
def servers(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Yield the sample's phone on fake servers: (address, the fake)."""
    folder = build(HERE / "harness/sample", tmp_path_factory.mktemp("phone"))
    fake = fake_servers()
    with served(fake) as url:
        document: dict[str, Any] = {"base_url": url, "simulator_url": url, "persons": [], "institutions": []}
        with served(create(folder, document)) as address:
            yield address, fake


@pytest.fixture
def phone(plain_browser: Browser, servers: tuple[str, Flask]) -> Phone:
    opened = Phone(plain_browser, servers[0], "openid-1")
    opened.open("pages/rules/rules?scene=a%20b")
    return opened


def test_without_an_openid_a_person_is_chosen(servers: tuple[str, Flask]) -> None:
    answer = httpx.get(servers[0], follow_redirects=True, trust_env=False)
    assert "这是谁的手机" in answer.text
    assert "/films/single_face.mp4" in answer.text
    assert httpx.get(f"{servers[0]}/films/single_face.mp4", trust_env=False).status_code == 200


def test_a_server_that_is_away_is_a_bad_gateway(tools: None, tmp_path: Path) -> None:
    away = {"base_url": "http://127.0.0.1:9", "simulator_url": "http://127.0.0.1:9"}
    assert create(tmp_path, away).test_client().get("/mp/v1/me/consents").status_code == 502


def test_a_phone_opened_for_somebody_has_the_right_film_in_its_camera(tmp_path: Path) -> None:
    shops = [{"staff_openid": "o-staff", "api_key": "k"}]
    people = [{"openid": "o-man", "name": "李建国", "id_number": "x"}]
    away = {"base_url": "http://127.0.0.1:9", "simulator_url": "http://127.0.0.1:9", "template_id": "t"}
    client = create(tmp_path, away | {"institutions": shops, "persons": people}).test_client()
    film = "film=%2Ffilms%2Fsingle_face.mp4"
    assert client.get("/open?openid=o-man&page=p").location == f"/?{film}&openid=o-man&page=p"
    staff = "openid=o-staff&page=pages%2Fcashier%2Fcashier"
    assert client.get("/open?who=staff").location == f"/?{film}&{staff}"
    assert client.get("/open?openid=o-man&film=").location == "/?film=&openid=o-man"
    assert "make demo" in client.post("/purchase").get_data(as_text=True)


def test_pages_live_as_in_wechat(phone: Phone) -> None:
    assert phone.text("box") == "load a%20b;show;"
    phone.run("phone.hide()")
    phone.run("phone.show()")
    assert phone.text("box") == "load a%20b;show;hide;show;"
    phone.tap("camera")
    assert phone.run("phone.where()") == ["pages/rules/rules", "pages/camera/camera"]
    phone.tap("#bar button")
    assert phone.text("box").endswith("hide;show;hide;show;")
    assert phone.complaints == []


def test_components_have_their_own_classes(phone: Phone) -> None:
    phone.tap("counted")
    assert (phone.text("number"), phone.text("slotted")) == ("1", "330***")
    colour = "(name) => getComputedStyle(document.querySelector(`[mp-id=${name}]`)).color"
    assert phone.run(f"({colour})('number')") == "rgb(1, 2, 3)"
    assert phone.run(f"({colour})('box')") == "rgb(0, 0, 0)"
    assert phone.run("document.querySelector('[mp-id=box]').offsetWidth") == 188


def test_fields_and_choices_tell_what_was_entered(phone: Phone) -> None:
    phone.type("name", "李建国")
    phone.choose("relation", "配偶")
    phone.tap("agree")
    assert phone.run("[phone.data().name, phone.data().chosen, phone.data().outcome]") == ["李建国", 1, "yes"]
    assert phone.barriers() == []


def test_a_disabled_button_gives_no_tap(phone: Phone) -> None:
    phone.tap_in_vain("disabled")
    assert phone.run("phone.data().taps") == 0


@pytest.mark.parametrize(("words", "result"), [("允许", "accept"), ("拒绝", "reject")])
def test_subscription_asks_and_tells_the_simulator(
    phone: Phone, servers: tuple[str, Flask], words: str, result: str
) -> None:
    phone.tap("subscribe")
    phone.answer(words)
    phone.until(f"phone.data().outcome === '{result}'")
    wanted = {"openid": "openid-1", "template_id": "template-1", "result": result}
    assert servers[1].config["told"][-1] == wanted
    assert phone.complaints == []


def test_each_of_several_subscriptions_has_a_tick_and_a_result_of_its_own(
    phone: Phone, servers: tuple[str, Flask]
) -> None:
    phone.tap("both")
    phone.tap("#overlay label:has-text('提醒2') input")
    phone.answer("允许")
    phone.until("phone.data().outcome === 'accept reject'")
    told = [(one["template_id"], one["result"]) for one in servers[1].config["told"][-2:]]
    assert told == [("template-1", "accept"), ("template-2", "reject")]
    assert phone.complaints == []


def test_subscription_with_the_main_switch_off_is_refused(phone: Phone) -> None:
    phone.run("phone.setMainSwitch(false)")
    phone.tap("subscribe")
    phone.until("phone.data().outcome.includes('switched off')")


def test_subscription_after_another_call_is_a_breach(phone: Phone) -> None:
    phone.tap("late")
    phone.until("phone.data().outcome !== ''")
    assert "outside a tap" in phone.breaches[0]


def test_an_unknown_call_is_a_breach(phone: Phone) -> None:
    phone.tap("unknown")
    assert phone.breaches[0] == "wx.noSuchCall is not in the harness"


def test_a_page_outside_app_json_is_a_breach(phone: Phone) -> None:
    phone.tap("lost")
    phone.until("phone.data().outcome !== ''")
    assert 'page "pages/nowhere/nowhere" is not in app.json' in phone.breaches


def test_any_status_reaches_success_and_bytes_stay_bytes(phone: Phone) -> None:
    phone.tap("ask")
    phone.until("phone.data().outcome !== ''")
    assert phone.text("outcome") == '409 {"bytes":[0,255,10]}'
    phone.cut_network()
    phone.tap("ask")
    phone.until("phone.data().outcome.startsWith('request:fail')")
    assert phone.complaints == []


def test_frames_become_jpegs_after_privacy_and_permission(phone: Phone) -> None:
    phone.tap("camera")
    phone.tap("allowed")
    phone.answer("同意")
    phone.answer("允许")
    phone.until("phone.data().outcome !== ''")
    assert re.fullmatch(r"352x\d+ 255,216", phone.text("outcome"))
    phone.tap("photo")
    phone.until("phone.data().outcome.startsWith('photo')")
    assert phone.complaints == []


def filming(phone: Phone) -> None:
    phone.tap("camera")
    phone.tap("allowed")
    phone.answer("同意")
    phone.answer("允许")
    phone.until("phone.data().outcome !== ''")


def test_a_refused_privacy_guide_is_refused_again_without_a_panel(phone: Phone) -> None:
    phone.tap("camera")
    phone.tap("allowed")
    phone.answer("拒绝")
    phone.until("phone.data().outcome.startsWith('requirePrivacyAuthorize:fail')")
    phone.run("phone.data().outcome = ''")
    phone.tap("allowed")
    assert phone.run("document.querySelector('#overlay button')") is None


@pytest.mark.parametrize("fails", ["", "unlink,stop"])
def test_a_file_may_stay_and_a_stop_may_tell_nobody(
    plain_browser: Browser, servers: tuple[str, Flask], fails: str
) -> None:
    phone = Phone(plain_browser, servers[0], "openid-1", fails=fails)
    phone.open("pages/rules/rules")
    filming(phone)
    phone.tap("photo")
    phone.until("phone.data().outcome.startsWith('photo')")
    assert phone.run("phone.data().stopped") is not bool(fails)
    phone.tap("forget")
    phone.until(f"phone.data().outcome.startsWith('unlink:{'fail permission' if fails else 'ok'}')")
    assert phone.complaints == []


def test_frames_may_not_begin(plain_browser: Browser, servers: tuple[str, Flask]) -> None:
    phone = Phone(plain_browser, servers[0], "openid-1", fails="frames")
    phone.open("pages/rules/rules")
    filming(phone)
    assert phone.text("outcome") == "startFrame:fail start frame failed"


def test_the_code_beside_the_phone_is_scanned_by_one_click(phone: Phone, servers: tuple[str, Flask]) -> None:
    phone.tap("scan")
    phone.wait("#overlay button")
    assert phone.count("#overlay button") == 2
    phone.answer("取消")
    servers[1].config["codes"] = ["pages/cashier/cashier?scene=abc", "pages/cashier/cashier?scene=old"]
    phone.tap("scan")
    phone.answer("扫旁边的码")
    phone.until("phone.data().outcome === 'pages/cashier/cashier?scene=abc'")


def test_more_than_five_templates_are_refused(phone: Phone) -> None:
    phone.tap("six")
    phone.until("phone.data().outcome === '20003'")


def test_a_camera_before_privacy_is_a_breach(phone: Phone) -> None:
    phone.tap("camera")
    phone.tap("mount")
    phone.until("phone.data().outcome !== ''")
    assert phone.breaches == ["<camera> before the privacy guide was agreed to"]


def test_a_second_camera_is_a_breach(phone: Phone) -> None:
    phone.tap("camera")
    phone.tap("allowed")
    phone.answer("同意")
    phone.tap("#overlay button:text-is('允许')")
    phone.tap("second")
    phone.until("phone.violations.length > 0")
    assert phone.breaches == ["a page may have only one <camera>"]


def test_the_build_names_the_calls_that_the_harness_lacks(tools: None, tmp_path: Path) -> None:
    source = shutil.copytree(ROOT / "miniprogram", tmp_path / "source")
    with (source / "app.ts").open("a", encoding="utf-8") as app:
        app.write("wx.getLocation({})\nwx.login({})\nwx.chooseInvoice({}) // wx.scanItem()\n")
    with pytest.raises(AssertionError, match=r"the harness lacks wx\.chooseInvoice, wx\.getLocation$"):
        build(source, tmp_path / "out")


@pytest.mark.parametrize(
    ("wxml", "complaint"),
    [
        ('<view bindtap="a" />', "write bind:tap"),
        ("<view>{{}}</view>", "empty {{}}"),
        ("<div />", "<div> is neither built in"),
        ('<view wx:if="{{a" />', "rules.wxml:1"),
    ],
)
def test_the_build_refuses_what_wechat_would(tools: None, tmp_path: Path, wxml: str, complaint: str) -> None:
    source = tmp_path / "source"
    (source / "pages/rules").mkdir(parents=True)
    (source / "app.json").write_text('{"pages": ["pages/rules/rules"]}', encoding="utf-8")
    (source / "app.js").write_text("App({})", encoding="utf-8")
    (source / "pages/rules/rules.json").write_text("{}", encoding="utf-8")
    (source / "pages/rules/rules.js").write_text("Page({})", encoding="utf-8")
    (source / "pages/rules/rules.wxml").write_text(wxml, encoding="utf-8")
    with pytest.raises(AssertionError, match=re.escape(complaint)):
        build(source, tmp_path / "out")
