"""Sign-in at the console through an identity provider that runs in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from werkzeug.test import TestResponse

from api.acts import ledger
from api.console import accounts
from models.domain.console.act import ActKind
from models.domain.console.operator import Role
from tests.support.console import Colleague, colleague
from tests.support.provider import CLIENT, SECRET
from tests.support.world import World, composed


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.support.provider"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


@pytest.fixture
def desk(world: World, issuer: str, tmp_path: Any) -> Colleague:
    """An operator's browser at an installation that knows the provider."""
    given = {
        "console_oidc_issuer": issuer, "console_oidc_client_id": CLIENT,
        "console_oidc_client_secret": SecretStr(SECRET),
    }  # fmt: skip
    settings = world.ports.settings.model_copy(update=given)
    one = colleague(composed(tmp_path, replace(world.ports, settings=settings)), "li", Role.OPERATOR)
    httpx.post(f"{issuer}/next", json=told(one))
    return one


def told(one: Colleague, **changes: Any) -> dict[str, Any]:
    """Return whom the provider signs in next, by the test's clock."""
    return {"now": one.world.ports.now().timestamp(), "claims": {"sub": "li"}} | changes


def came_back(one: Colleague, issuer: str, change: Any = lambda url: url, **changes: Any) -> TestResponse:
    """Sign in at the provider; return what the console answers to its redirect."""
    httpx.post(f"{issuer}/next", json=told(one, **changes))
    begun = one.client.get("/console/oidc")
    assert begun.status_code == 303
    sent = httpx.get(begun.headers["Location"]).headers["Location"]
    return one.client.get(change(sent).removeprefix(one.world.ports.settings.base_url))


def is_in(one: Colleague) -> bool:
    return one.client.get("/console/releases").status_code == 200


def test_a_known_person_signs_in_and_still_needs_a_code_to_approve(desk: Colleague, issuer: str) -> None:
    assert "用单位账号登录" in desk.get("/console/sign-in")
    answer = came_back(desk, issuer)
    assert answer.status_code == 200 and "url=/console/" in answer.get_data(as_text=True)
    assert is_in(desk)
    approve = desk.post("/console/releases/rel_none/approve")
    assert approve.headers["Location"].startswith("/console/code")
    assert desk.post("/console/code", code=desk.code(), after="/console/releases").status_code == 303
    assert desk.post("/console/releases/rel_none/approve").status_code == 404
    with desk.world.ports.database.reading() as db:
        row = next(one for one in ledger.newest(db) if one.kind == ActKind.SIGNED_IN)
        assert ledger.private_of(desk.world.ports, row)["by"] == "oidc"


ATTACKS = {
    "another nonce": {"claims": {"sub": "li", "nonce": "x"}},
    "no nonce": {"claims": {"sub": "li", "nonce": None}},
    "another issuer": {"claims": {"sub": "li", "iss": "http://127.0.0.1:1"}},
    "another client": {"claims": {"sub": "li", "aud": "till"}},
    "for another client too": {"claims": {"sub": "li", "aud": [CLIENT, "till"], "azp": "till"}},
    "an expired token": {"now": 1_000_000_000},
    "no expiry": {"claims": {"sub": "li", "exp": None}},
    "an unknown person": {"claims": {"sub": "nobody"}},
    "a number for a name": {"claims": {"sub": 7}},
    "a forged key": {"forged": True},
}


def test_what_the_provider_did_not_say_of_this_sign_in_signs_nobody_in(desk: Colleague, issuer: str) -> None:
    for name, changes in ATTACKS.items():
        answer = came_back(desk, issuer, **changes)
        assert answer.status_code == 401 and "单位账号没有登录成功" in answer.get_data(as_text=True), name
        assert not is_in(desk), name


def test_another_browsers_an_old_and_a_repeated_answer_sign_nobody_in(desk: Colleague, issuer: str) -> None:
    assert came_back(desk, issuer, lambda url: url.replace("state=", "state=x")).status_code == 401
    assert came_back(desk, issuer, lambda url: f"{url}&iss=http://other").status_code == 401
    assert came_back(desk, issuer, lambda url: url.replace("code=", "code=x")).status_code == 401
    assert not is_in(desk)
    sent: list[str] = []

    def seen(url: str) -> str:
        sent.append(url)
        return url

    assert came_back(desk, issuer, seen).status_code == 200
    path = sent[0].removeprefix(desk.world.ports.settings.base_url)
    desk.post("/console/sign-out")
    assert desk.client.get(path).status_code == 401
    other = desk.world.app.test_client()
    assert other.get(path).status_code == 401


def test_ten_minutes_later_the_sign_in_is_over(desk: Colleague, issuer: str) -> None:
    def later(url: str) -> str:
        desk.world.clock.tick(601)
        return url

    assert came_back(desk, issuer, later).status_code == 401


def test_an_account_that_is_removed_or_not_set_up_does_not_sign_in(desk: Colleague, issuer: str) -> None:
    accounts.remove(desk.world.ports, "opr_boss", desk.operator_id)
    assert came_back(desk, issuer).status_code == 401
    assert not is_in(desk)


def test_a_provider_that_is_away_or_names_another_issuer_is_not_followed(
    desk: Colleague, issuer: str, world: World
) -> None:
    httpx.post(f"{issuer}/next", json=told(desk, issuer="http://127.0.0.1:1"))
    away = desk.client.get("/console/oidc")
    assert away.status_code == 503 and "登录服务现在没有回答" in away.get_data(as_text=True)
    assert "用单位账号登录" not in colleague(world, "wang", Role.OPERATOR).get("/console/sign-in")
    assert world.app.test_client().get("/console/oidc").status_code == 404
