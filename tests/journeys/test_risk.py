"""A risky try requires more, and the riskiest leads to the counter."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.policies import versions
from models import tables
from models.domain.policy import Policy
from tests.support import play
from tests.support.world import STAFF, World

POOL = ("smile", "nod", "turn_left", "open_mouth")
ONE_SMILE = Policy(
    pad_required=False, colour_own_phone=False, action_pool=("smile",), action_count=1, presence_code="off"
)
PHONE = {"device": "M2012K11AC android"}


@pytest.fixture
def pushed(world: World) -> tuple[FlaskClient, str]:
    """Push to a recently active user; return the phone and its consented scene."""
    wanted = Policy(pad_required=False, colour_own_phone=False, action_pool=POOL, action_count=1)
    versions.enact(world.ports, wanted, author="测试", approver="测试")
    return world.phone("openid-man"), again(world)


def again(world: World, **changes: Any) -> str:
    scene = play.pushed(world, play.opened(world, **changes))
    play.agree(world.phone("openid-man"), scene)
    return scene


def drawn(phone: FlaskClient, scene: str, body: dict[str, Any]) -> TestResponse:
    return phone.post(f"/mp/v1/attempts/{scene}/challenges", json=body)


def risk_of(world: World, challenge: dict[str, Any]) -> dict[str, Any]:
    with world.ports.database.reading() as db:
        risk = db.get_one(tables.Challenge, challenge["challenge_id"]).risk
    assert risk is not None
    return risk


def says(world: World, rank: int) -> None:
    """Set WeChat's risk rank of the man."""
    world.wechat.visitors.add("openid-man")
    world.wechat.ranks["openid-man"] = rank


def test_the_first_try_on_a_phone_is_no_risk_by_itself(world: World, pushed: tuple[FlaskClient, str]) -> None:
    challenge = play.ok(drawn(*pushed, PHONE), 201)
    assert risk_of(world, challenge) == {"level": "low", "reasons": ["new_phone"]}
    assert len(challenge["actions"]) == 1


def test_a_user_with_a_high_risk_rank_gets_three_actions(
    world: World, pushed: tuple[FlaskClient, str]
) -> None:
    says(world, 3)
    challenge = play.ok(drawn(*pushed, PHONE), 201)
    assert risk_of(world, challenge) == {"level": "raised", "reasons": ["wechat_rank", "new_phone"]}
    assert len(challenge["actions"]) == 3


def test_a_high_risk_try_leads_to_the_counter_which_is_told_once(
    world: World, pushed: tuple[FlaskClient, str]
) -> None:
    says(world, 4)
    for _ in range(2):
        refused = drawn(*pushed, PHONE)
        assert (refused.status_code, refused.get_json()["code"]) == (409, "counter_needed")
    with world.ports.database.reading() as db:
        kinds = list(db.scalars(select(tables.Event.type).order_by(tables.Event.id)))
    assert kinds.count("attempt.documents_wanted") == 1


def test_phones_and_models_with_a_pass_are_recognised(world: World) -> None:
    versions.enact(world.ports, ONE_SMILE, author="测试", approver="测试")
    phone, scene = world.phone("openid-man"), again(world)
    challenge = play.ok(drawn(phone, scene, PHONE), 201)
    play.show(world, phone, challenge)
    assert play.finish(phone, challenge)["state"] == "passed"
    known = play.ok(drawn(phone, again(world, order_no="A-2"), PHONE), 201)
    assert risk_of(world, known) == {"level": "low", "reasons": []}
    other = play.ok(drawn(phone, again(world, order_no="A-3"), {"device": "iPhone12,1 ios"}), 201)
    assert risk_of(world, other)["reasons"] == ["new_device"]


def test_failures_within_the_hour_raise_the_risk_and_are_reported(world: World) -> None:
    versions.enact(world.ports, ONE_SMILE, author="测试", approver="测试")
    phone, scene = world.phone("openid-man"), again(world)
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    says(world, 2)
    scene = again(world, order_no="A-2")
    for _ in range(3):
        assert play.tried(world, phone, scene)["reason"] == "frames_seen_before"
    challenge = play.ok(drawn(phone, again(world, order_no="A-3"), PHONE), 201)
    why = {"level": "raised", "reasons": ["wechat_rank", "failures"]}
    assert risk_of(world, challenge) == why
    play.show(world, phone, challenge)
    play.finish(phone, challenge)
    with world.ports.database.reading() as db:
        row = db.get_one(tables.Decision, challenge["challenge_id"])
    assert row.report is not None
    report = json.loads(world.ports.vault.text(f"decision.report:{row.challenge_id}", row.report))
    assert (report["risk"], report["facts"]["risk"]) == (why, "raised")
    world.clock.tick(3600)
    later = play.ok(drawn(phone, again(world, order_no="A-4"), PHONE), 201)
    assert risk_of(world, later)["reasons"] == ["wechat_rank"]


def test_risk_is_not_assessed_on_staff_phones_by_default(world: World) -> None:
    says(world, 4)
    phone = world.phone(STAFF)
    scene = play.coded(world, play.opened(world))
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids["李建国"]}))
    play.agree(phone, scene)
    challenge = play.ok(drawn(phone, scene, PHONE), 201)
    assert risk_of(world, challenge) == {"level": "low", "reasons": []}


@pytest.mark.parametrize(("rank", "needed"), [(3, True), (1, False), (None, False)])
def test_a_risky_push_needs_the_digits_on_the_counters_screen(
    world: World, rank: int | None, needed: bool
) -> None:
    phone = world.phone("openid-man")
    if rank is not None:
        says(world, rank)
    known = Policy(pad_required=False, colour_own_phone=False, action_pool=POOL, action_count=1)
    versions.enact(world.ports, known, author="测试", approver="测试")
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    assert play.state(world, verification)["attempts"][0]["presence_code"] is None
    seen = play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    (shown,) = play.state(world, verification)["attempts"]
    assert (seen["presence_code_needed"], shown["presence_code"] is not None) == (needed, needed)
    answered = {"notice_version": seen["notice"]["version"], "granted": True}
    url = f"/mp/v1/attempts/{scene}/consent"
    assert phone.post(url, json=answered).status_code == (422 if needed else 200)
    play.ok(phone.post(url, json=answered | {"presence_code": shown["presence_code"]}))
