"""A person subscribes on their own phone, with or without the counter's six digits."""

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.privacy import retention
from models import tables
from tests.support import play
from tests.support.world import AGENT, MAN, STAFF, WIFE, Insured, World
from wechat.errors import WeChatBusy


def shown(world: World, verification: str, till: int = 0) -> str:
    """Have the counter show its digits."""
    answer = play.ok(world.till(till).post(f"/v1/verifications/{verification}/till-code", json={}))
    assert datetime.fromisoformat(answer["expires_at"]) > world.clock.now()
    return str(answer["till_code"])


def bound(phone: FlaskClient, person: Insured, **more: Any) -> TestResponse:
    typed = {"name": person.name, "id_number": person.id_number} | more
    return phone.post("/mp/v1/bindings", json=typed)


def refused(answer: TestResponse, status: int, code: str) -> bool:
    return (answer.status_code, answer.json["code"]) == (status, code)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_counters_digits_prove_a_binding(world: World) -> None:
    code = shown(world, play.opened(world))
    assert len(code) == 6 and code.isdigit()
    made = play.ok(bound(world.phone("openid-new"), WIFE, till_code=code), 201)
    assert made["proof"] == "till" and made["person"]["name"] == "王*英"


def test_repeating_the_binding_request_uses_no_second_code(world: World) -> None:
    code, phone = shown(world, play.opened(world)), world.phone("openid-new")
    first, second = (play.ok(bound(phone, MAN, till_code=code), 201) for _ in range(2))
    assert first == second


def test_till_digits_are_valid_for_one_binding(world: World) -> None:
    code = shown(world, play.opened(world))
    play.ok(bound(world.phone("openid-new"), MAN, till_code=code), 201)
    assert refused(bound(world.phone("openid-other"), MAN, till_code=code), 409, "till_code_used")
    assert refused(bound(world.phone("openid-new"), WIFE, till_code=code), 409, "till_code_used")
    assert play.ok(world.phone("openid-other").get("/mp/v1/me/bindings"))["bindings"] == []


@pytest.mark.parametrize("spoiled", ["wrong", "empty", "expired", "replaced", "purchase over", "a stranger"])
def test_wrong_digits_are_refused(world: World, spoiled: str) -> None:
    verification = play.opened(world)
    code, person = shown(world, verification), MAN
    match spoiled:
        case "wrong":
            code = wrong(code)
        case "empty":
            code = ""
        case "expired":
            world.clock.tick(601)
        case "replaced":
            assert shown(world, verification) != code
        case "purchase over":
            play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
        case "a stranger":
            person = AGENT
    phone = world.phone("openid-new")
    assert refused(bound(phone, person, till_code=code), 422, "till_code_wrong")
    assert play.ok(phone.get("/mp/v1/me/bindings"))["bindings"] == []


def test_guessing_is_limited_per_wechat_user(world: World) -> None:
    code, guesser = shown(world, play.opened(world)), world.phone("openid-guesser")
    for _ in range(5):
        assert refused(bound(guesser, MAN, till_code=wrong(code)), 422, "till_code_wrong")
    assert refused(bound(guesser, MAN, till_code=code), 429, "till_code_locked")
    assert bound(world.phone("openid-honest"), MAN, till_code=code).status_code == 201
    world.clock.tick(24 * 3600)
    assert bound(world.phone("openid-guesser"), MAN).status_code == 201


def test_guessing_is_limited_per_person(world: World) -> None:
    code = shown(world, play.opened(world))
    for number in range(20):
        bound(world.phone(f"openid-guesser-{number % 5}"), MAN, till_code=wrong(code))
    assert refused(bound(world.phone("openid-last"), MAN, till_code=code), 429, "till_code_locked")


def test_only_the_institution_of_an_open_purchase_shows_digits(world: World) -> None:
    verification = play.opened(world)
    url = f"/v1/verifications/{verification}/till-code"
    assert world.till(1).post(url, json={}).status_code == 404
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    assert refused(world.till().post(url, json={}), 409, "verification_ended")


def test_a_till_that_repeats_its_request_sees_the_same_digits(world: World) -> None:
    url = f"/v1/verifications/{play.opened(world)}/till-code"
    first, second = (
        play.ok(world.till().post(url, json={}, headers={"Idempotency-Key": "k"})) for _ in range(2)
    )
    assert first == second


def test_till_digits_are_not_stored(world: World, tmp_path) -> None:
    code = shown(world, play.opened(world))
    with world.ports.database.reading() as db:
        (row,) = db.scalars(select(tables.TillCode)).all()
    assert code not in (row.code_index, row.binding_id)
    world.clock.tick(25 * 3600)
    retention.sweep(world.ports)
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.TillCode)).all() == []


def received(world: World, order: str) -> str:
    """Push to the man and return which WeChat user got it."""
    play.pushed(world, play.opened(world, order_no=order))
    return world.wechat.sent[-1][0]


def test_a_name_and_a_number_alone_do_not_divert_anothers_pushes(world: World) -> None:
    assert play.ok(bound(world.phone("openid-thief"), MAN), 201)["proof"] == "claimed"
    assert received(world, "A-1") == MAN.openid
    code = shown(world, play.opened(world, order_no="A-2"))
    world.clock.tick(30)
    play.ok(bound(world.phone("openid-new"), MAN, till_code=code), 201)
    assert received(world, "A-3") == "openid-new"


def test_a_binding_by_name_and_number_receives_pushes_and_nothing_more(world: World) -> None:
    with world.ports.database.transaction() as db:
        db.query(tables.Binding).update({"revoked_at": world.clock.now()})
    phone = world.phone("openid-new")
    play.ok(bound(phone, MAN), 201)
    assert received(world, "A-1") == "openid-new"
    for call in (phone.get("/mp/v1/me/export"), phone.delete("/mp/v1/me")):
        assert refused(call, 403, "recent_pass_needed")


def test_a_pass_on_the_persons_own_phone_proves_the_binding(world: World) -> None:
    with world.ports.database.transaction() as db:
        db.query(tables.Binding).update({"revoked_at": world.clock.now()})
    phone = world.phone("openid-new")
    play.ok(bound(phone, MAN), 201)
    scene = play.pushed(world, play.opened(world))
    play.agree(phone, scene)
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    (binding,) = play.ok(phone.get("/mp/v1/me/bindings"))["bindings"]
    assert binding["proof"] == "face"
    assert phone.get("/mp/v1/me/export").status_code == 200


def test_a_pass_on_the_cashiers_phone_binds_and_proves_nobody(world: World) -> None:
    scene = play.coded(world, play.opened(world))
    staff = world.phone(STAFF)
    play.ok(staff.get(f"/mp/v1/attempts/{scene}"))
    play.ok(staff.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]}))
    play.agree(staff, scene)
    assert play.tried(world, staff, scene)["outcome"] == "passed"
    assert play.ok(staff.get("/mp/v1/me/bindings"))["bindings"] == []
    assert refused(staff.get("/mp/v1/me/export"), 403, "recent_pass_needed")
    with world.ports.database.reading() as db:
        assert "face" not in db.scalars(select(tables.Binding.proof)).all()


def test_a_person_has_at_most_five_phones(world: World) -> None:
    statuses = [bound(world.phone(f"openid-{n}"), MAN).status_code for n in range(5)]
    assert statuses == [201, 201, 201, 201, 409]


def test_the_counter_shows_the_code_that_opens_the_service(world: World) -> None:
    pictures = [world.app.test_client().get("/qr/subscribe.png") for _ in range(2)]
    assert {answer.status_code for answer in pictures} == {200} and pictures[0].mimetype == "image/png"
    assert b"pages/subscribe/subscribe?scene=subscribe" in pictures[0].data == pictures[1].data


def test_a_code_wechat_does_not_draw_is_asked_for_again(world: World) -> None:
    world.wechat.fail = WeChatBusy()
    assert world.app.test_client().get("/qr/subscribe.png").status_code == 503
    world.wechat.fail = None
    assert world.app.test_client().get("/qr/subscribe.png").status_code == 200
