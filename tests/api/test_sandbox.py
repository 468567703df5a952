"""The sandbox: every outcome by a magic number, by the real rules, never a real person."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select

from api.admin import funnel, institutions
from api.app import create_app
from api.outbound import outbox
from api.sandbox import player
from api.settings import Profile
from models import tables
from models.domain.errors import Invalid
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdType
from models.domain.sandbox import BY_ID, CAST, MagicPerson, Outcome
from tests.support import play
from tests.support.receiver import Till
from tests.support.world import MAN, World, claims, purchase

BY_OUTCOME = {person.outcome: person for person in CAST}


@pytest.fixture
def key(world: World) -> str:
    return institutions.add_sandbox(world.ports, "沙箱药房", window_s=20).api_key


@pytest.fixture
def pos(world: World, key: str) -> FlaskClient:
    return world._client(key)


def bought(pos: FlaskClient, person: MagicPerson, **changes: Any) -> dict[str, Any]:
    holder = {"name": person.name, "id_number": person.number}
    return play.ok(pos.post("/v1/verifications", json=purchase(cardholder=holder, **changes)), 201)


def pushed(pos: FlaskClient, opened: dict[str, Any], outcome: Outcome, channel: str = "push") -> None:
    wanted = {"channel": channel, "person_id": BY_OUTCOME[outcome].person_id}
    play.ok(pos.post(f"/v1/verifications/{opened['id']}/attempts", json=wanted), 201)


def played(world: World, seconds: float = 10) -> None:
    """Run the worker for some seconds."""
    for _ in range(int(seconds / 0.5)):
        play.work(world.ports)
        world.clock.tick(0.5)


def read(pos: FlaskClient, opened: dict[str, Any]) -> dict[str, Any]:
    return play.ok(pos.get(f"/v1/verifications/{opened['id']}"))


def types(pos: FlaskClient, opened: dict[str, Any]) -> list[str]:
    answer = play.ok(pos.get(f"/v1/verifications/{opened['id']}/events"))
    return [event["type"] for event in answer["events"]]


FILMED = ["verification.opened", "attempt.waiting", "attempt.delivered", "attempt.opened"]
CAPTURED = [*FILMED, "attempt.consented", "attempt.challenged", "attempt.captured"]
APPEALED = [*CAPTURED, "attempt.failed", "attempt.appealed", "appeal.lodged", "verification.appealed"]
COURSES = {
    Outcome.PASSED: ("passed", "passed", [*CAPTURED, "attempt.passed", "verification.passed"]),
    Outcome.FAILED: ("open", "failed", [*CAPTURED, "attempt.failed"]),
    Outcome.APPEALED: ("appealed", "appealed", APPEALED),
    Outcome.UPHELD: ("appealed", "appealed", [*APPEALED, "appeal.upheld"]),
    Outcome.REJECTED: ("appealed", "appealed", [*APPEALED, "appeal.rejected"]),
    Outcome.DECLINED: ("open", "declined", [*FILMED, "attempt.declined"]),
    Outcome.UNDELIVERABLE: ("open", "undeliverable", [*FILMED[:2], "attempt.undeliverable"]),
    Outcome.MATCHER_DOWN: ("open", "consented", [*CAPTURED, "attempt.consented"]),
}


@pytest.mark.parametrize("outcome", COURSES)
def test_a_magic_number_brings_its_outcome(world: World, pos: FlaskClient, outcome: Outcome) -> None:
    opened = bought(pos, BY_OUTCOME[outcome])
    pushed(pos, opened, outcome)
    played(world)
    now = read(pos, opened)
    state, attempt_state, course = COURSES[outcome]
    assert (now["state"], now["attempts"][0]["state"], types(pos, opened)) == (state, attempt_state, course)
    assert (now["receipt"] is not None) == (state in ("passed", "appealed"))
    assert world.wechat.sent == []


def test_a_person_who_never_opens_the_message_expires(world: World, pos: FlaskClient) -> None:
    opened = bought(pos, BY_OUTCOME[Outcome.EXPIRED])
    pushed(pos, opened, Outcome.EXPIRED)
    played(world, 25)
    assert read(pos, opened)["attempts"][0]["state"] == "expired"


def test_an_attempt_with_a_failing_matcher_ends_in_time(world: World, pos: FlaskClient) -> None:
    opened = bought(pos, BY_OUTCOME[Outcome.MATCHER_DOWN])
    pushed(pos, opened, Outcome.MATCHER_DOWN)
    played(world)
    waiting = read(pos, opened)["attempts"][0]
    assert (waiting["reason"], waiting["tries_left"]) == ("matcher_unavailable", 3)
    played(world, 70)
    assert read(pos, opened)["attempts"][0]["state"] == "expired"


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.CHILD, "guardian_needed"),
        (Outcome.MINOR, "minor_not_filmed"),
        (Outcome.NOT_ENROLLED, "not_enrolled"),
    ],
)
def test_persons_who_may_not_be_filmed_are_refused(pos: FlaskClient, outcome: Outcome, code: str) -> None:
    opened = bought(pos, BY_OUTCOME[outcome])
    wanted = {"channel": "push", "person_id": BY_OUTCOME[outcome].person_id}
    answer = pos.post(f"/v1/verifications/{opened['id']}/attempts", json=wanted)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_a_sandbox_code_is_scanned_by_the_player_and_passes(world: World, pos: FlaskClient) -> None:
    opened = bought(pos, BY_OUTCOME[Outcome.UNDELIVERABLE])
    url = f"/v1/verifications/{opened['id']}/attempts"
    shown = play.ok(pos.post(url, json={"channel": "qr"}), 201)
    picture = pos.get(shown["qr_url"])
    assert picture.data.startswith(b"\x89PNG") and b"pages/" not in picture.data
    scene = shown["qr_url"].rsplit("/", 1)[1].removesuffix(".png")
    assert world.phone(MAN.openid).get(f"/mp/v1/attempts/{scene}").status_code == 403
    played(world)
    assert read(pos, opened)["state"] == "passed"


def test_the_counter_sees_who_can_be_pushed_to(pos: FlaskClient) -> None:
    persons = bought(pos, BY_OUTCOME[Outcome.PASSED])["persons"]
    assert [one["relation"] for one in persons].count("本人") == 1 and len(persons) == len(CAST)
    assert {one["push"] for one in persons} == {"ready", "no_credit"}


def test_a_sandbox_receipt_is_never_taken_for_a_real_one(world: World, pos: FlaskClient) -> None:
    opened = bought(pos, BY_OUTCOME[Outcome.PASSED])
    pushed(pos, opened, Outcome.PASSED)
    played(world)
    receipt = read(pos, opened)["receipt"]
    said = claims(receipt)
    assert said["sandbox"] is True and said["iss"].endswith("/sandbox") and said["result"] == "passed"
    keys = {
        path: KeySet.import_key_set(play.ok(pos.get(path)))
        for path in ("/.well-known/jwks.json", "/sandbox/.well-known/jwks.json")
    }
    assert (
        json.loads(jws.deserialize_compact(receipt, keys["/sandbox/.well-known/jwks.json"]).payload) == said
    )
    with pytest.raises((JoseError, ValueError)):
        jws.deserialize_compact(receipt, keys["/.well-known/jwks.json"])
    settlement = {"settlement_no": "S-1", "amount_fen": said["amount_fen"]}
    play.ok(pos.post(f"/v1/receipts/{said['jti']}/redeem", json=settlement))


def test_a_real_receipt_does_not_say_sandbox(world: World) -> None:
    verification = play.opened(world)
    proof = {"staff": "张收银", "document": "身份证", "reason": "手机没电"}
    said = claims(
        play.ok(world.till().post(f"/v1/verifications/{verification}/bypass", json=proof), 201)["receipt"]
    )
    assert "sandbox" not in said and not said["iss"].endswith("sandbox")


@pytest.mark.parametrize("person", CAST, ids=lambda person: person.outcome)
def test_no_real_key_finds_a_magic_number(world: World, pos: FlaskClient, person: MagicPerson) -> None:
    holder = {"name": person.name, "id_number": person.number}
    answer = world.till().post("/v1/verifications", json=purchase(cardholder=holder))
    assert (answer.status_code, answer.json["code"]) == (422, "person_not_found")
    bound = world.phone("openid-anybody").post("/mp/v1/bindings", json=holder)
    assert (bound.status_code, bound.json["code"]) == (422, "person_not_found")
    verification = play.opened(world)
    for wanted in ({"person_id": person.person_id}, {"person": holder | {"relation": "其他"}}):
        url = f"/v1/verifications/{verification}/attempts"
        answer = world.till().post(url, json={"channel": "push"} | wanted)
        assert (answer.status_code, answer.json["code"]) == (422, "person_not_found")


def test_no_sandbox_key_finds_anybody_real(world: World, pos: FlaskClient) -> None:
    answer = pos.post("/v1/verifications", json=purchase())
    assert (answer.status_code, answer.json["code"]) == (422, "person_not_found")
    opened = bought(pos, BY_OUTCOME[Outcome.PASSED])
    typed = {"name": MAN.name, "id_number": MAN.id_number, "relation": "其他"}
    for wanted in ({"person_id": world.ids[MAN.name]}, {"person": typed}):
        answer = pos.post(f"/v1/verifications/{opened['id']}/attempts", json={"channel": "push"} | wanted)
        assert (answer.status_code, answer.json["code"]) == (422, "person_not_found")


def test_magic_numbers_are_well_formed_and_known_by_their_own_index_only(world: World, key: str) -> None:
    for person in CAST:
        parsed = idnumber.parse(IdType.RESIDENT, person.number, world.ports.today())
        assert parsed.birth == person.birth and parsed.sex == person.sex
    with world.ports.database.reading() as db:
        rows = db.scalars(select(tables.Person).where(tables.Person.id.in_(BY_ID))).all()
    real = {world.ports.vault.index("id_number", f"resident:{person.number}") for person in CAST}
    assert len(rows) == len(CAST) and not real & {row.id_index for row in rows}


def test_a_sandbox_key_is_known_by_its_prefix_and_keeps_it(world: World, key: str) -> None:
    assert key.startswith("yk_sandbox_") and not any(one.startswith("yk_sandbox_") for one in world.keys)
    institution = next(one for one in institutions.institutions(world.ports) if one.sandbox)
    assert institutions.rotate_key(world.ports, institution.id).api_key.startswith("yk_sandbox_")


def test_webhooks_of_the_sandbox_are_real_ones(world: World, pos: FlaskClient, till: Till) -> None:  # noqa: F811
    url = f"http://127.0.0.1:{till.server_port}/hook"
    opened = bought(pos, BY_OUTCOME[Outcome.UPHELD], notify_url=url)
    pushed(pos, opened, Outcome.UPHELD)
    played(world)
    sent = [json.loads(body)["type"] for _, body in till.received]
    assert sorted(sent) == ["appeal.upheld", "attempt.failed", "verification.appealed"]
    assert all(headers["X-Signature"].startswith("t=") for headers, _ in till.received)


def test_a_newer_attempt_stops_the_simulation_of_the_older_one(world: World, pos: FlaskClient) -> None:
    opened = bought(pos, BY_OUTCOME[Outcome.FAILED])
    pushed(pos, opened, Outcome.FAILED)
    played(world, 1)
    pushed(pos, opened, Outcome.PASSED)
    played(world)
    states = [one["state"] for one in read(pos, opened)["attempts"]]
    assert states == ["superseded", "passed"]
    with world.ports.database.reading() as db:
        assert set(db.scalars(select(tables.Delivery.state))) == {"delivered"}


def test_sandbox_persons_are_not_counted(world: World, key: str) -> None:
    assert funnel.funnel(world.ports).persons == len(world.ids)


def test_a_simulated_step_run_twice_has_one_effect(world: World, pos: FlaskClient) -> None:
    opened = bought(pos, BY_OUTCOME[Outcome.PASSED])
    pushed(pos, opened, Outcome.PASSED)
    with world.ports.database.reading() as db:
        row = db.scalar(select(tables.Delivery.id).where(tables.Delivery.kind == "sandbox"))
    for _ in range(3):
        outbox.send(world.ports, player.SandboxSender(), row)
    assert types(pos, opened) == FILMED
    outbox.send(world.ports, player.SandboxSender(), "dlv_none")


def test_the_sandbox_works_in_production_beside_real_institutions(world: World) -> None:
    given = world.ports.settings.model_copy(
        update={"profile": Profile.PRODUCTION, "base_url": "https://localhost"}
    )
    ports = replace(world.ports, settings=given)
    with pytest.raises(Invalid):
        institutions.add_institution(ports, "第三药房", window_s=20)
    key = institutions.add_sandbox(ports, "沙箱药房", window_s=20).api_key
    production = replace(world, ports=ports, app=create_app(ports))
    pos = production._client(key)
    opened = bought(pos, BY_OUTCOME[Outcome.PASSED])
    pushed(pos, opened, Outcome.PASSED)
    played(production)
    assert read(pos, opened)["state"] == "passed"
    answer = production.till().post("/v1/verifications", json=purchase(order_no="A-9"))
    assert answer.status_code == 201
