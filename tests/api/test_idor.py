"""Every route × every role × own, other and unknown ids: no access to others' data.

Generated from the OpenAPI document; `idor.py` says what each route is sent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from api.admin import institutions, staff
from api.admin.staff import Member
from api.verification import case as cases
from api.verification.record import Change, record
from models import tables
from models.vault import digest
from tests.api import idor
from tests.support import play, renewing
from tests.support.world import AGENT, MAN, STAFF, WIFE, World, purchase

OPERATIONS = sorted(idor.operations())
OTHER_STAFF, SECOND_STAFF, GONE_STAFF = "openid-other-staff", "openid-second-staff", "openid-gone-staff"
HOOK = "http://127.0.0.1:9/hook"
DENIED = (401, 403, 404, 410)


@dataclass
class Estate:
    """Resources of the first institution, of 李建国's phone and of others: `ids` by parameter and owner."""

    world: World
    phones: dict[str, FlaskClient] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    def phone(self, openid: str) -> FlaskClient:
        if openid not in self.phones:
            self.phones[openid] = self.world.phone(openid)
        return self.phones[openid]

    def own(self, name: str, own: str, other: str) -> None:
        prefix = own.split("_")[0] + "_" if "_" in own else ""
        nobodys = prefix + "N" * (len(own) - len(prefix))
        self.ids[name] = {"own": own, "other": other, "nobody": nobodys}

    def call(self, client: FlaskClient, operation: str, owners: dict[str, str], **extra: Any) -> TestResponse:
        """Call a route with the ids of these owners."""
        method, path = operation.split(" ")
        for name, owner in owners.items():
            path = path.replace(f"{{{name}}}", self.ids[name][owner])
        sent = (idor.INSTITUTION | idor.PHONE | idor.OWN_PHONE).get(operation, lambda _: {})(self.world)
        return client.open(path, method=method, **sent, **extra)


def parameters(operation: str) -> list[str]:
    return re.findall(r"{(\w+)}", operation)


def owners_of(operation: str) -> Iterator[dict[str, str]]:
    """Yield every combination of owners of the route's ids except one's own alone."""
    names = parameters(operation)
    for owners in product(("own", "other", "nobody"), repeat=len(names)):
        if set(owners) - {"own"}:
            yield dict(zip(names, owners, strict=True))


def all_own(operation: str) -> dict[str, str]:
    return dict.fromkeys(parameters(operation), "own")


def seen(answer: TestResponse) -> tuple[int, Any]:
    """Return what a caller can learn from a response."""
    return answer.status_code, answer.get_json(silent=True)


def page(answer: TestResponse) -> str:
    """Return what a reader can learn from a page, without its random nonce."""
    return re.sub(r' nonce="\w+"', "", answer.get_data(as_text=True))


def bought(world: World, which: int, **changes: Any) -> str:
    return str(play.ok(world.till(which).post("/v1/verifications", json=purchase(**changes)), 201)["id"])


def filming(estate: Estate, which: int, verification: str, openid: str, name: str) -> dict[str, str]:
    """Push to somebody, who opens, agrees and draws a challenge; return what is theirs now."""
    world, phone = estate.world, estate.phone(openid)
    wanted = {"channel": "push", "person_id": world.ids[name]}
    play.ok(world.till(which).post(f"/v1/verifications/{verification}/attempts", json=wanted), 201)
    play.work(world.ports)
    scene = world.wechat.sent[-1][1].split("scene=")[1]
    play.agree(phone, scene)
    consents = play.ok(phone.get("/mp/v1/me/consents"))["consents"]
    bindings = play.ok(phone.get("/mp/v1/me/bindings"))["bindings"]
    return {
        "scene": scene,
        "challenge_id": play.draw(phone, scene)["challenge_id"],
        "consent_id": consents[0]["consent_id"],
        "binding_id": bindings[0]["binding_id"],
    }


def receipt_of(world: World, which: int, **changes: Any) -> str:
    verification = bought(world, which, **changes)
    answer = world.till(which).post(f"/v1/verifications/{verification}/bypass", json=idor.BYPASS)
    assert answer.status_code == 201
    with world.ports.database.reading() as db:
        return str(db.get_one(tables.Verification, verification).receipt_jti)


def agency_of(world: World, which: int, **changes: Any) -> str:
    """Let an agent buy for the card-holder, their documents checked; return the purchase as they see it."""
    verification = bought(world, which, **changes)
    typed = {"name": AGENT.name, "id_number": AGENT.id_number, "relation": "护工"}
    url = f"/v1/verifications/{verification}"
    play.ok(world.till(which).post(f"{url}/attempts", json={"channel": "qr", "person": typed}), 201)
    play.ok(world.till(which).post(f"{url}/bypass", json=idor.BYPASS), 201)
    with world.ports.database.reading() as db:
        wanted = select(tables.AgentPurchase.id).where(tables.AgentPurchase.verification_id == verification)
        return str(db.scalars(wanted).one())


def webhook_of(world: World, verification: str) -> str:
    """Record a failure of the verification; return the webhook that tells it."""
    with world.ports.database.transaction() as db:
        case = cases.current(world.ports, db, verification)
        change = Change("attempt.failed", case.attempts[0], "not_matched")
        event_id = record(world.ports, db, case.verification, change)
        return str(db.scalar(select(tables.Delivery.id).where(tables.Delivery.event_id == event_id)))


@pytest.fixture
def estate(world: World) -> Estate:
    made = Estate(world)
    wife = {"name": WIFE.name, "id_number": WIFE.id_number}
    own = bought(world, 0, notify_url=HOOK)
    other = bought(world, 1, order_no="B-1", cardholder=wife, notify_url=HOOK)
    made.own("verification_id", own, other)
    mine = filming(made, 0, own, MAN.openid, MAN.name)
    theirs = filming(made, 1, other, WIFE.openid, WIFE.name)
    for name in mine:
        made.own(name, mine[name], theirs[name])
    made.own("delivery_id", webhook_of(world, own), webhook_of(world, other))
    receipts = receipt_of(world, 0, order_no="A-2"), receipt_of(world, 1, order_no="B-2", cardholder=wife)
    made.own("jti", *receipts)
    bought_for = agency_of(world, 0, order_no="A-3"), agency_of(world, 1, order_no="B-3", cardholder=wife)
    made.own("agency_id", *bought_for)
    own_appeal = idor.appeal_of(world, 0, MAN, order_no="A-4")
    made.own("appeal_id", own_appeal, idor.appeal_of(world, 1, WIFE, order_no="B-4", cardholder=wife))
    own_renewal = renewing.offered(world, 0, MAN, order_no="A-5")
    made.own("renewal_id", own_renewal, renewing.offered(world, 1, WIFE, order_no="B-5", cardholder=wife))
    for which, openid in ((0, SECOND_STAFF), (0, GONE_STAFF), (1, OTHER_STAFF)):
        staff.add(world.ports, world.institutions[which], Member("收费员", openid))
    return made


def strangers(estate: Estate) -> dict[str, FlaskClient]:
    """Return unauthenticated callers: without a key, or with a void one."""
    world = estate.world
    rotated = institutions.add_institution(world.ports, "第三药房")
    institutions.rotate_key(world.ports, rotated.institution_id)
    ended = estate.world.phone("openid-ended")
    token = ended.environ_base["HTTP_AUTHORIZATION"].split()[1]
    with world.ports.database.transaction() as db:
        ours = tables.Session.token_hash == digest(token)
        db.execute(update(tables.Session).where(ours).values(expires_at=world.clock.now()))
    basic = world.app.test_client()
    basic.environ_base["HTTP_AUTHORIZATION"] = "Basic dXNlcjpwYXNz"
    return {
        "nobody": world.app.test_client(),
        "basic": basic,
        "wrong key": world._client("yk_" + "x" * 40),
        "rotated key": world._client(rotated.api_key),
        "ended session": ended,
    }


def test_every_route_of_the_document_is_in_the_matrix() -> None:
    missing = set(OPERATIONS) - idor.known()
    assert not missing, f"say in tests/api/idor.py who may call these: {sorted(missing)}"
    assert not idor.known() - set(OPERATIONS)


@pytest.mark.parametrize("operation", sorted(idor.INSTITUTION))
def test_an_institutions_route_refuses_other_institutions(estate: Estate, operation: str) -> None:
    world = estate.world
    sandbox = institutions.add_sandbox(world.ports, "沙箱药房")
    foreigners = {"other": world.till(1), "sandbox": world._client(sandbox.api_key)}
    unknown = strangers(estate) | {"phone": estate.phone(MAN.openid)}
    extra = {"headers": {"Idempotency-Key": "same-key"}} if operation.startswith("POST") else {}

    def denied() -> None:
        for owners in (all_own(operation), *owners_of(operation)):
            for role, client in unknown.items():
                answer = estate.call(client, operation, owners, **extra)
                assert answer.status_code == 401, (role, owners)
        if parameters(operation):
            absent = {
                repr(seen(estate.call(client, operation, all_own(operation), **extra)))
                for client in foreigners.values()
            } | {
                repr(seen(estate.call(world.till(0), operation, owners, **extra)))
                for owners in owners_of(operation)
            }
            assert len(absent) == 1 and absent.pop().startswith("(404,"), operation

    denied()
    answer = estate.call(world.till(0), operation, all_own(operation), **extra)
    assert answer.status_code < 300, answer.get_data(as_text=True)
    # What has just been answered under this key is nobody else's either.
    denied()


@pytest.mark.parametrize("operation", sorted(idor.PHONE))
def test_a_phones_route_refuses_other_users(estate: Estate, operation: str) -> None:
    world = estate.world
    for role, client in (strangers(estate) | {"till": world.till(0)}).items():
        for owners in (all_own(operation), *owners_of(operation)):
            assert estate.call(client, operation, owners).status_code == 401, (role, owners)
    if parameters(operation):
        foreigners = [WIFE.openid, STAFF, OTHER_STAFF, "openid-stranger"]
        absent = {
            repr(seen(estate.call(estate.phone(openid), operation, all_own(operation))))
            for openid in foreigners
        } | {
            repr(seen(estate.call(estate.phone(MAN.openid), operation, owners)))
            for owners in owners_of(operation)
        }
        assert len(absent) == 1 and absent.pop().startswith("(404,"), operation
    answer = estate.call(estate.phone(MAN.openid), operation, all_own(operation))
    if operation in idor.AFTER_A_PASS:
        assert (answer.status_code, answer.json["code"]) == (403, "recent_pass_needed")
    else:
        assert answer.status_code not in DENIED and answer.status_code < 500, answer.get_data(as_text=True)


@pytest.mark.parametrize("operation", sorted(idor.OWN_PHONE))
def test_a_route_that_needs_a_pass_refuses_other_users(estate: Estate, operation: str) -> None:
    for role, client in (strangers(estate) | {"till": estate.world.till(0)}).items():
        assert estate.call(client, operation, all_own(operation)).status_code == 401, role
    for openid in (WIFE.openid, STAFF, OTHER_STAFF, "openid-stranger"):
        answers = {
            repr(seen(estate.call(estate.phone(openid), operation, dict.fromkeys(all_own(operation), whose))))
            for whose in ("own", "nobody")
        }
        assert len(answers) == 1 and int(answers.pop()[1:4]) in DENIED, openid
    for owners in owners_of(operation):
        assert estate.call(estate.phone(MAN.openid), operation, owners).status_code == 404
    assert estate.call(estate.phone(MAN.openid), operation, all_own(operation)).status_code in (200, 201)


def handed_over(estate: Estate) -> None:
    """Show a code, which a member of staff opens, picks 李建国 on and draws a challenge of."""
    world = estate.world
    scene = play.coded(world, estate.ids["verification_id"]["own"])
    phone = estate.phone(STAFF)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]}))
    play.agree(phone, scene)
    estate.own("scene", scene, estate.ids["scene"]["other"])
    estate.own("challenge_id", play.draw(phone, scene)["challenge_id"], estate.ids["challenge_id"]["other"])


ON_A_SCENE = sorted(one for one in idor.PHONE if {"scene", "challenge_id"} & set(parameters(one)))


@pytest.mark.parametrize("operation", ON_A_SCENE)
def test_a_code_opened_by_one_member_of_staff_refuses_others(estate: Estate, operation: str) -> None:
    handed_over(estate)
    own = all_own(operation)
    for openid in (MAN.openid, WIFE.openid, OTHER_STAFF, "openid-stranger"):
        answer = estate.call(estate.phone(openid), operation, own)
        assert (answer.status_code, answer.json["code"]) == (403, "not_staff"), openid
    colleague = seen(estate.call(estate.phone(SECOND_STAFF), operation, own))
    assert colleague == seen(estate.call(estate.phone(SECOND_STAFF), operation, dict.fromkeys(own, "nobody")))
    assert colleague[0] == 404
    answer = estate.call(estate.phone(STAFF), operation, own)
    assert answer.status_code not in DENIED, answer.get_data(as_text=True)


@pytest.mark.parametrize("operation", ON_A_SCENE)
def test_removed_staff_are_refused(estate: Estate, operation: str) -> None:
    handed_over(estate)
    world = estate.world
    for row, _ in staff.members(world.ports, world.institutions[0]):
        staff.remove(world.ports, row.id)
    for openid in (STAFF, SECOND_STAFF, GONE_STAFF):
        answer = estate.call(estate.phone(openid), operation, all_own(operation))
        assert (answer.status_code, answer.json["code"]) == (403, "not_staff"), openid


@pytest.mark.parametrize("operation", ON_A_SCENE)
def test_an_ended_scene_refuses_other_users(estate: Estate, operation: str) -> None:
    cancelled = f"/v1/verifications/{estate.ids['verification_id']['own']}/cancel"
    play.ok(estate.world.till().post(cancelled, json={}))
    own = all_own(operation)
    for openid in (WIFE.openid, STAFF, OTHER_STAFF, "openid-stranger"):
        answer = estate.call(estate.phone(openid), operation, own)
        assert (answer.status_code, answer.json["code"]) == (410, "scene_ended"), openid
        nobodys = estate.call(estate.phone(openid), operation, dict.fromkeys(own, "nobody"))
        assert nobodys.status_code == 404
    assert estate.call(estate.phone(MAN.openid), operation, own).status_code in (200, 409)


@pytest.mark.parametrize("operation", sorted(idor.TICKET))
def test_an_unknown_ticket_looks_absent(estate: Estate, operation: str) -> None:
    estate.own("token", "T" * 32, "O" * 32)
    for client in (estate.world.app.test_client(), estate.world.till(0), estate.phone(MAN.openid)):
        # Neither a push's scene nor an invented ticket shows a picture.
        answers = {
            page(estate.call(client, operation, dict.fromkeys(parameters(operation), owner)))
            for owner in ("own", "other", "nobody")
        }
        assert len(answers) == 1
        nobodys = estate.call(client, operation, dict.fromkeys(parameters(operation), "nobody"))
        assert nobodys.status_code == idor.TICKET[operation]


def test_a_renewed_popup_address_voids_the_old_one(estate: Estate) -> None:
    world, verification = estate.world, estate.ids["verification_id"]["own"]
    url = f"/v1/verifications/{verification}/popup"
    first, second = (play.ok(world.till().post(url, json={}))["popup_url"] for _ in range(2))
    client = world.app.test_client()
    gone, invented = client.get(first), client.get("/popup/" + "T" * 32)
    assert client.get(second).status_code == 200
    assert (gone.status_code, page(gone)) == (410, page(invented))


@pytest.mark.parametrize("operation", sorted(idor.PROVEN))
def test_a_route_with_its_own_proof_refuses_others(estate: Estate, operation: str) -> None:
    extra = {"json": {"code": "invented"}} if "login" in operation else {}
    for client in (estate.world.app.test_client(), estate.world.till(0), estate.phone(MAN.openid)):
        assert estate.call(client, operation, {}, **extra).status_code == idor.PROVEN[operation]


def test_an_order_number_is_each_institutions_own(estate: Estate) -> None:
    world = estate.world
    asked = {"query_string": {"order_no": "A-1"}}
    assert world.till(1).get("/v1/verifications", **asked).status_code == 404
    wife = {"name": WIFE.name, "id_number": WIFE.id_number}
    theirs = bought(world, 1, order_no="A-1", cardholder=wife)
    assert play.ok(world.till(1).get("/v1/verifications", **asked))["id"] == theirs
    ours = play.ok(world.till(0).get("/v1/verifications", **asked))["id"]
    assert ours == estate.ids["verification_id"]["own"]


def test_a_person_outside_the_family_looks_absent(estate: Estate) -> None:
    world, verification = estate.world, estate.ids["verification_id"]["own"]
    scene = play.coded(world, verification)
    phone = estate.phone(STAFF)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    answers = set()
    for person_id in (world.ids[AGENT.name], "per_" + "N" * 22):
        answer = phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": person_id})
        answers.add(repr(seen(answer)))
        wanted = {"channel": "push", "person_id": person_id}
        answer = world.till().post(f"/v1/verifications/{verification}/attempts", json=wanted)
        answers.add(repr(seen(answer)))
    assert len(answers) == 1 and answers.pop().startswith("(422,")


def test_lists_contain_only_the_users_own_rows(estate: Estate) -> None:
    for kind in ("consents", "bindings", "appeals"):
        for openid in (WIFE.openid, STAFF, "openid-stranger"):
            told = estate.phone(openid).get(f"/mp/v1/me/{kind}").get_data(as_text=True)
            assert not any(
                estate.ids[name]["own"] in told for name in ("consent_id", "binding_id", "appeal_id")
            )
