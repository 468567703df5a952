"""The popup in a page of the till's own: framed, in a window, by URL scheme; others get nothing."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from flask import Flask, render_template_string, request

from api.admin import institutions
from api.app import create_app
from scripts.demo.till import Till
from tests.e2e.installation import free_port
from tests.miniprogram.conftest import served
from tests.miniprogram.e2e.browser import Browser
from tests.miniprogram.e2e.stage import Stage
from tests.support import play
from tests.support.world import World, purchase

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = """<!doctype html><title>till</title>
<script>window.heard = []
addEventListener('message', ({ origin, data }) => heard.push({ origin, data }))</script>
<button id="open" onclick="window.open('{{ popup }}')">人脸核验</button>
{% if framed %}<iframe src="{{ popup }}" width="720" height="560"></iframe>{% endif %}
"""
FRAMED = "iframe >> internal:control=enter-frame >> #screen"
# Everything that somebody who can write into the page might try; what runs says so, what is refused too.
INJECTED = """(async () => {
  const ran = [], refused = []
  window.run = (what) => ran.push(what)
  addEventListener('securitypolicyviolation', ({ effectiveDirective }) => refused.push(effectiveDirective))
  const put = (tag, more) => document.head.append(Object.assign(document.createElement(tag), more))
  const answer = await fetch(location.href)
  const another = /'nonce-(\\w+)'/.exec(answer.headers.get('Content-Security-Policy'))[1]
  put('script', { textContent: "run('inline')" })
  put('script', { textContent: "run('with the nonce of another answer')", nonce: another })
  put('script', { src: '/static/popup-number.js?again', type: 'module', onload: () => run('a file of ours') })
  put('script', { src: 'data:text/javascript,run("data")' })
  put('style', { textContent: 'body { color: rgb(1, 2, 3) }' })
  document.body.insertAdjacentHTML('beforeend',
    '<img src="/static/none" onerror="run(`handler`)"><a id="link" href="javascript:run(`link`)">x</a>')
  document.getElementById('link').click()
  const { nonce } = document.querySelector('script')
  put('script', { textContent: "run('with the nonce of the page')", nonce })
  await new Promise((done) => setTimeout(done, 500))
  return { ran, refused: [...new Set(refused)].sort(), colour: getComputedStyle(document.body).color }
})()"""


def till_page() -> Flask:
    """Return the till's own page, which keeps every message it hears."""
    made = Flask(__name__)

    @made.get("/")
    def page() -> str:
        return render_template_string(PAGE, popup=request.args["popup"], framed="framed" in request.args)

    return made


class Desk:
    """The browser on a till's PC."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def show(self, page: str, popup: str, **query: str) -> None:
        """Show a till's page around a popup."""
        self.open(f"{page}/?{urlencode({'popup': popup} | query)}")

    def open(self, url: str) -> None:
        """Open a page in a fresh browser."""
        self._browser.do("phone", width=1000, height=700)
        self._browser.do("follow")
        self._browser.do("goto", url=url)

    def open_window(self) -> None:
        """Let the page open the popup in a window of its own, and go there."""
        self._browser.do("tap", on="#open")
        self._browser.do("turnTo", place=1)
        self._browser.do("follow")

    def back(self) -> None:
        self._browser.do("turnTo", place=0)

    def wait(self, screen: str, within: str = "#screen") -> None:
        self._browser.do("wait", on=f'{within}[data-screen="{screen}"]', timeout=20_000)

    def heard(self) -> list[dict[str, Any]]:
        """Return the messages that the till's page has heard."""
        return list(self._browser.do("evaluate", script="window.heard"))

    def until_heard(self) -> list[dict[str, Any]]:
        give_up = time.monotonic() + 10
        while not self.heard():
            assert time.monotonic() < give_up, "the till's page heard nothing"
            time.sleep(0.1)
        return self.heard()

    def led(self) -> list[str]:
        """Return where a page wanted to lead the browser, other programs included."""
        return [url for url in self._browser.do("led") if not url.startswith("http")]

    def count(self, on: str) -> int:
        return int(self._browser.do("count", on=on))

    def said(self) -> str:
        return "\n".join(self._browser.do("said"))

    def run(self, script: str) -> Any:
        return self._browser.do("evaluate", script=script)


@pytest.fixture
def desk(plain_browser: Browser) -> Desk:
    return Desk(plain_browser)


@pytest.fixture(scope="module")
def sandbox(stage: Stage) -> Iterator[Till]:
    """Yield a till at the sandbox, where whoever is pushed to passes by themselves."""
    made = Till(stage.document["base_url"], stage.document["sandbox"])
    yield made
    made.close()


@pytest.fixture(scope="module")
def named(stage: Stage, sandbox: Till) -> Iterator[str]:
    """Yield a till's page that the administrator has named, at both of its machine's names."""
    with served(till_page()) as origin:
        names = [origin, origin.replace("127.0.0.1", "localhost")]
        words = ["--origin", names[0], "--origin", names[1], "--scheme", "mypos"]
        identity = stage.document["sandbox"]["id"]
        stage.signed("admin", "institution", "popup", identity, *words)
        yield origin


def opened(stage: Stage, sandbox: Till) -> dict[str, Any]:
    return sandbox.open(stage.document["sandbox"]["persons"][0])


def pass_(sandbox: Till, bought: dict[str, Any]) -> None:
    sandbox.push(bought["id"], bought["persons"][0]["person_id"])


def told(stage: Stage, bought: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a till's page hears of a pass."""
    data = {"type": "yibao-face", "verification_id": bought["id"], "state": "passed"}
    return [{"origin": stage.document["base_url"], "data": data}]


def scheme(bought: dict[str, Any]) -> str:
    return f"mypos://yibao-face?verification_id={bought['id']}&state=passed"


def test_a_page_that_frames_the_popup_hears_the_end(
    stage: Stage, desk: Desk, sandbox: Till, named: str
) -> None:
    bought = opened(stage, sandbox)
    desk.show(named, bought["popup_url"], framed="yes")
    desk.wait("choose", FRAMED)
    pass_(sandbox, bought)
    assert desk.until_heard() == told(stage, bought)
    desk.wait("ended", FRAMED)
    assert desk.led() == [scheme(bought)]


def test_a_page_that_opened_a_window_hears_the_end(
    stage: Stage, desk: Desk, sandbox: Till, named: str
) -> None:
    """Another site too: a window is nobody's third party."""
    bought = opened(stage, sandbox)
    desk.show(named.replace("127.0.0.1", "localhost"), bought["popup_url"])
    desk.open_window()
    desk.wait("choose")
    pass_(sandbox, bought)
    desk.wait("ended")
    assert desk.count("#close:visible") == 1
    assert desk.led() == [scheme(bought)]
    desk.back()
    assert desk.until_heard() == told(stage, bought)


def test_a_page_that_nobody_has_named_frames_nothing_and_hears_nothing(
    stage: Stage, desk: Desk, sandbox: Till, named: str
) -> None:
    with served(till_page()) as stranger:
        desk.show(stranger, opened(stage, sandbox)["popup_url"], framed="yes")
        assert desk.count(FRAMED) == 0 and f"frame-ancestors {named}" in desk.said()
        bought = opened(stage, sandbox)
        desk.show(stranger, bought["popup_url"])
        desk.open_window()
        desk.wait("choose")
        pass_(sandbox, bought)
        desk.wait("ended")
        assert desk.led() == [scheme(bought)]
        desk.back()
        assert desk.heard() == []


def test_without_https_the_frame_of_another_site_gets_no_cookie(
    stage: Stage, desk: Desk, sandbox: Till, named: str
) -> None:
    bought = opened(stage, sandbox)
    desk.show(named.replace("127.0.0.1", "localhost"), bought["popup_url"], framed="yes")
    desk.wait("void", FRAMED)
    assert httpx.get(bought["popup_url"], trust_env=False).status_code == 410


@pytest.mark.parametrize("https", [True, False], ids=["https", "http"])
def test_behind_https_another_site_may_frame_the_popup(world: World, desk: Desk, https: bool) -> None:
    port = free_port()
    settings = world.ports.settings.model_copy(update={"base_url": f"https://127.0.0.1:{port}"})
    app = create_app(replace(world.ports, settings=settings))
    with served(app, port, https=True) as address, served(till_page(), https=https) as page:
        site = page.replace("127.0.0.1", "localhost")
        institutions.set_popup(world.ports, world.institutions[0], (site,), None)
        till = replace(world, app=app).till()
        bought = play.ok(till.post("/v1/verifications", json=purchase()), 201)
        desk.show(site, bought["popup_url"], framed="yes")
        desk.wait("choose", FRAMED)
        play.ok(till.post(f"/v1/verifications/{bought['id']}/cancel", json={}))
        (message,) = desk.until_heard()
        assert (message["origin"], message["data"]["state"]) == (address, "cancelled")
        desk.wait("ended", FRAMED)
    app.extensions["feed"].close()


def test_what_the_page_did_not_bring_does_not_run(stage: Stage, desk: Desk, sandbox: Till) -> None:
    desk.open(opened(stage, sandbox)["popup_url"])
    desk.wait("choose")
    assert desk.run(INJECTED) == {
        "ran": ["with the nonce of the page"],
        "refused": ["script-src-attr", "script-src-elem", "style-src-elem"],
        "colour": "rgb(28, 39, 51)",
    }
