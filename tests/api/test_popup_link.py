"""The popup's holder, and its content security policy."""

import re
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from api.admin import institutions
from api.app import create_app
from models.domain.errors import Invalid
from tests.support import play
from tests.support.popups import (
    TEMPLATES,
    Popup,
    opened,
)
from tests.support.world import (
    MAN,
    World,
    purchase,
)


def test_the_first_browser_keeps_the_popup_and_others_find_it_gone(world: World) -> None:
    _, popup = opened(world)
    assert popup.get().status_code == 200
    other = Popup(world, popup.url)
    assert other.get().status_code == 410
    assert "此链接已失效" in other.html and MAN.name not in other.html
    assert popup.get().status_code == 200


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
    ],
)
def test_a_probe_or_prefetch_does_not_claim_the_link(
    world: World, method: str, headers: dict[str, str]
) -> None:
    answer = play.ok(world.till().post("/v1/verifications", json=purchase()), 201)
    popup = Popup(world, answer["popup_url"])
    tried = world.app.test_client().open(popup.url, method=method, headers=headers)
    assert tried.status_code == 410 and "Set-Cookie" not in tried.headers
    assert popup.get().status_code == 200


def test_a_void_link_says_so_in_the_frame_it_was_opened_in(world: World) -> None:
    institutions.set_popup(world.ports, world.institutions[0], ("https://till.example",), None)
    _, popup = opened(world)
    stranger = world.app.test_client().get(popup.url)
    assert stranger.status_code == 410
    assert stranger.headers["Content-Security-Policy"].endswith("frame-ancestors https://till.example")
    guessed = world.app.test_client().get("/popup/" + "x" * 32)
    assert guessed.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_the_cookie_is_for_this_popup_alone(world: World) -> None:
    answer = play.ok(world.till().post("/v1/verifications", json=purchase()), 201)
    popup = Popup(world, answer["popup_url"])
    cookie = popup.get().headers["Set-Cookie"]
    assert f"Path={popup.url}" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert 1800 <= int(re.search(r"Max-Age=(\d+)", cookie).group(1)) <= 1800 + 3600


def test_in_production_a_framed_popup_keeps_its_cookie(world: World) -> None:
    institutions.set_popup(world.ports, world.institutions[0], ("https://till.example",), None)
    settings = world.ports.settings.model_copy(update={"base_url": "https://face.example"})
    app = create_app(replace(world.ports, settings=settings))
    answer = play.ok(world.till().post("/v1/verifications", json=purchase()), 201)
    path = answer["popup_url"].removeprefix("http://127.0.0.1:8000")
    shown = app.test_client().get(path)
    cookie = shown.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=None", "Partitioned"))
    assert shown.headers["Content-Security-Policy"].endswith("frame-ancestors https://till.example")


def test_a_cookie_of_another_verification_opens_nothing(world: World) -> None:
    _, popup = opened(world)
    _, other = opened(world, order_no="A-2")
    stolen = popup.browser.get_cookie("yibao_popup", path=popup.url)
    thief = world.app.test_client()
    thief.set_cookie("yibao_popup", stolen.value, path=other.url)
    assert thief.get(other.url).status_code == 410
    assert thief.get(f"{other.url}/events").status_code == 410
    fields = popup.fields()
    assert thief.post(f"{other.url}/back", data=fields).status_code == 410


def test_a_new_link_replaces_the_older_one_and_its_cookie(world: World) -> None:
    verification, popup = opened(world)
    renewed = play.ok(world.till().post(f"/v1/verifications/{verification}/popup", json={}))
    assert popup.get().status_code == 410
    again = Popup(world, renewed["popup_url"])
    assert again.get().status_code == 200


def test_a_guessed_link_looks_like_a_used_one(world: World) -> None:
    _, popup = opened(world)
    used, guessed = Popup(world, popup.url), Popup(world, "/popup/" + "x" * 32)
    pages = [re.sub(r'nonce="\w+"', "", one.get().get_data(as_text=True)) for one in (used, guessed)]
    assert pages[0] == pages[1]
    assert guessed.post("back").status_code == 410


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é", "张"])
@pytest.mark.parametrize("action", ["push", "code", "back", "bypass", "till-code"])
def test_a_form_without_this_pages_token_does_nothing(world: World, action: str, csrf: str) -> None:
    verification, popup = opened(world)
    documents = {"staff": "张收银", "document": "护照", "reason": "其他"} if action == "bypass" else {}
    answer = popup.post(action, csrf=csrf, **documents)
    assert answer.status_code == 403
    assert popup.says("页面已过期")
    assert play.events(world, verification) == ["verification.opened"]


def nonces(answer: TestResponse) -> set[str]:
    """Return every nonce that an answer's header and page name."""
    policy, html = answer.headers["Content-Security-Policy"], answer.get_data(as_text=True)
    assert "default-src 'none'" in policy and "unsafe" not in policy and "strict-dynamic" not in policy
    named = re.search(r"style-src ('nonce-\w+'); script-src ('nonce-\w+');", policy)
    loaded = re.findall(r"<(?:script|link rel=\"stylesheet\")[^>]*>", html)
    assert loaded and named.group(1) == named.group(2)
    assert all(f'nonce="{named.group(1)[7:-1]}"' in one for one in loaded)
    return set(re.findall(r'nonce[-=]"?(\w+)', policy + html))


def test_the_page_runs_nothing_inline_and_asks_nobody_else(world: World) -> None:
    _, popup = opened(world)
    for query in ("", "?step=manual", "?step=bypass", "?step=subscribe"):
        policy = popup.get(query).headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors 'none'")
        assert not re.search(r"\son\w+=|javascript:|style=|<style|<script>", popup.html)
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", popup.html)


def test_every_answer_has_a_nonce_of_its_own(world: World) -> None:
    _, popup = opened(world)
    stranger = Popup(world, popup.url)
    shown = [popup.get(), popup.get("?step=manual"), popup.post("push"), popup.post("code"), stranger.get()]
    assert [one.status_code for one in shown] == [200, 200, 422, 200, 410]
    drawn = [nonces(one) for one in shown]
    assert all(len(one) == 1 for one in drawn) and len(set.union(*drawn)) == len(shown)


def test_a_screen_that_is_swapped_in_brings_no_script(world: World) -> None:
    _, popup = opened(world)
    assert "<script" in popup.html.split("<main")[0] and "<script" not in popup.html.split("<main")[1]
    screens = [path for path in TEMPLATES.glob("*.html") if path.name not in ("page.html", "bare.html")]
    assert len(screens) == 17
    wrong = re.compile(r"<script|<style|<link|<meta|<iframe|nonce|\sstyle=|\son\w+=|javascript:")
    assert [path.name for path in screens if wrong.search(path.read_text(encoding="utf-8"))] == []


def test_only_origins_may_be_allowed_to_frame_the_popup(world: World) -> None:
    for wrong in ("*", "http://till.example", "https://till.example/path", "https://a b"):
        with pytest.raises(Invalid):
            institutions.set_popup(world.ports, world.institutions[0], (wrong,), None)
    for wrong in ("javascript", "https", "a b", "1pos"):
        with pytest.raises(Invalid):
            institutions.set_popup(world.ports, world.institutions[0], (), wrong)
    institutions.set_popup(world.ports, world.institutions[0], ("https://till.example",), "mypos")
    _, popup = opened(world)
    assert popup.says('data-origins="https://till.example"', 'data-scheme="mypos"')
