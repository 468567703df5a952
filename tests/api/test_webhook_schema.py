"""Sent webhooks, receipts and the self-test's webhooks match the documented schema."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema_rs import Draft202012Validator

from api.admin import institutions
from api.events import listen, selftest
from api.verification.record import WEBHOOK_TYPES
from models.domain.errors import Invalid
from models.domain.sandbox import CAST, Outcome
from tests.api.idor import document
from tests.support import play
from tests.support.receiver import Till, ended
from tests.support.world import World, claims, purchase

DOCUMENT = document()
BY_OUTCOME = {person.outcome: person for person in CAST}
PLAYED = {
    Outcome.PASSED: {"verification.passed"},
    Outcome.FAILED: {"attempt.failed", "verification.lapsed"},
    Outcome.UPHELD: {"attempt.failed", "verification.appealed", "appeal.upheld"},
    Outcome.REJECTED: {"attempt.failed", "verification.appealed", "appeal.rejected"},
    Outcome.UNDELIVERABLE: {"attempt.undeliverable", "verification.lapsed"},
    Outcome.EXPIRED: {"attempt.expired", "verification.lapsed"},
}


def troubles(schema: dict[str, Any], shown: object) -> list[str]:
    validator = Draft202012Validator(schema | {"components": DOCUMENT["components"]})
    return [error.message for error in validator.iter_errors(shown)]


def body_schema(kind: str) -> dict[str, Any]:
    content = DOCUMENT["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]
    found: dict[str, Any] = content["schema"]
    return found


def sent(till: Till) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in till.received]


@pytest.fixture
def pos(world: World) -> FlaskClient:
    return world._client(institutions.add_sandbox(world.ports, "沙箱药房", window_s=20).api_key)


def begun(pos: FlaskClient, outcome: Outcome, till: Till) -> str:
    """Open a purchase of a magic person and push to them."""
    person = BY_OUTCOME[outcome]
    hook = f"http://127.0.0.1:{till.server_port}/hook"
    holder = {"name": person.name, "id_number": person.number}
    opened = play.ok(pos.post("/v1/verifications", json=purchase(cardholder=holder, notify_url=hook)), 201)
    wanted = {"channel": "push", "person_id": person.person_id}
    play.ok(pos.post(f"/v1/verifications/{opened['id']}/attempts", json=wanted), 201)
    return str(opened["id"])


def test_the_document_tells_of_every_webhook_and_its_examples_agree() -> None:
    assert set(DOCUMENT["webhooks"]) == WEBHOOK_TYPES
    for kind, told in DOCUMENT["webhooks"].items():
        example = told["post"]["requestBody"]["content"]["application/json"]["example"]
        assert (example["type"], troubles(body_schema(kind), example)) == (kind, [])


@pytest.mark.parametrize("outcome", PLAYED)
def test_sent_webhooks_match_the_documented_schema(
    world: World, pos: FlaskClient, till: Till, outcome: Outcome
) -> None:
    verification = begun(pos, outcome, till)
    for seconds in (*[0.5] * 50, 1800, 0):
        play.work(world.ports)
        world.clock.tick(seconds)
    play.work(world.ports)
    assert {one["type"] for one in sent(till)} == PLAYED[outcome]
    assert [troubles(body_schema(one["type"]), one) for one in sent(till)] == [[]] * len(till.received)
    receipt = play.ok(pos.get(f"/v1/verifications/{verification}"))["receipt"]
    if receipt:
        assert troubles(DOCUMENT["components"]["schemas"]["Receipt"], claims(receipt)) == []


def test_an_undocumented_webhook_is_detected(world: World, till: Till) -> None:
    ended(world, till)
    play.work(world.ports)
    (one,) = sent(till)
    assert troubles(body_schema("verification.cancelled"), one) == []
    assert troubles(body_schema("verification.passed"), one)
    assert troubles(body_schema("verification.cancelled"), one | {"data": one["data"] | {"score": 0.5}})


def test_the_self_tests_webhooks_obey_the_document_too(world: World, till: Till) -> None:
    url = f"http://127.0.0.1:{till.server_port}/hook"
    selftest.check_receiver(world.ports, world.institutions[0], url)
    for one in sent(till):
        assert troubles(body_schema(one["type"]), one) == []


def test_a_sandboxs_webhooks_are_forwarded_to_a_till_here(world: World, till: Till) -> None:
    given = institutions.add_sandbox(world.ports, "沙箱药房", window_s=20)
    pos, here = world._client(given.api_key), f"http://127.0.0.1:{till.server_port}/hook"
    place = listen.newest(world.ports, given.institution_id, here)
    person = BY_OUTCOME[Outcome.PASSED]
    holder = {"name": person.name, "id_number": person.number}
    opened = play.ok(pos.post("/v1/verifications", json=purchase(cardholder=holder)), 201)
    play.ok(pos.post(f"/v1/verifications/{opened['id']}/cancel", json={}))
    (told,) = listen.forward(world.ports, given.institution_id, here, place)
    assert (told.kind, told.sent.status) == ("verification.cancelled", 204)
    assert troubles(body_schema(told.kind), sent(till)[0]) == []
    assert list(listen.forward(world.ports, given.institution_id, here, told.event_id)) == []


@pytest.mark.parametrize(("institution", "url"), [(0, "http://127.0.0.1:9/"), (1, "https://pos.example/")])
def test_only_sandbox_webhooks_to_this_machine_are_forwarded(
    world: World, institution: int, url: str
) -> None:
    sandbox = institutions.add_sandbox(world.ports, "沙箱药房", window_s=20).institution_id
    with pytest.raises(Invalid):
        listen.newest(world.ports, [world.institutions[0], sandbox][institution], url)
