"""Invalid input of every kind gives a clear problem and loses nothing."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.domain import notice
from tests.support import play
from tests.support.play import refused
from tests.support.world import (
    AGENT,
    FACELESS,
    MAN,
    STAFF,
    WIFE,
    WRONG,
    World,
    claims,
    number,
    purchase,
)


def test_an_id_number_with_a_wrong_checksum_is_refused(world: World) -> None:
    wrong = MAN.id_number[:-1] + ("0" if MAN.id_number[-1] != "0" else "1")
    body = purchase(cardholder={"name": MAN.name, "id_number": wrong})
    answer = world.till().post("/v1/verifications", json=body)
    refused(answer, 422, "id_number_invalid")
    assert wrong not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "id_number"),
    [("李建国", number("33010619810101301")), ("李健国", MAN.id_number)],
    ids=["unknown number", "name that does not fit"],
)
def test_an_unknown_person_and_a_wrong_name_look_the_same(world: World, name: str, id_number: str) -> None:
    body = purchase(cardholder={"name": name, "id_number": id_number})
    answer = refused(world.till().post("/v1/verifications", json=body), 422, "person_not_found")
    assert name not in str(answer) and id_number not in str(answer)


def test_a_person_without_an_enrolled_photo_is_refused(world: World) -> None:
    verification = play.opened(world)
    wanted = {"channel": "push", "person_id": world.ids[FACELESS.name]}
    refused(world.till().post(f"/v1/verifications/{verification}/attempts", json=wanted), 422, "not_enrolled")


def test_a_child_is_not_filmed(world: World) -> None:
    verification = play.opened(world)
    wanted = {"channel": "push", "person_id": world.ids["李小宝"]}
    answer = world.till().post(f"/v1/verifications/{verification}/attempts", json=wanted)
    refused(answer, 422, "guardian_needed")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"order_no": "A-1"}',
        b'{"order_no": 7, "amount_fen": "12"}',
        b"\xff\xfe",
        b'{"order_no": "\\ud800"}',
        b"[" * 30_000,
    ],
)
def test_a_malformed_verification_is_refused(world: World, body: bytes) -> None:
    refused(
        world.till().post("/v1/verifications", data=body, content_type="application/json"), 400, "malformed"
    )


@pytest.mark.parametrize("amount", [-1, 1.5, True, "100", 10**12, None, float("inf")])
def test_an_invalid_amount_is_refused(world: World, amount: object) -> None:
    refused(world.till().post("/v1/verifications", json=purchase(amount_fen=amount)), 400, "malformed")


def test_an_unknown_field_is_refused(world: World) -> None:
    refused(world.till().post("/v1/verifications", json=purchase(amount=5)), 400, "malformed")


def test_a_body_of_another_media_type_is_refused(world: World) -> None:
    answer = world.till().post("/v1/verifications", data=b"<x/>", content_type="application/xml")
    refused(answer, 415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    body = purchase(order_no="x" * 200_000)
    refused(world.till().post("/v1/verifications", json=body), 413, "too_large")


@pytest.mark.parametrize("credential", ["", "Bearer", "Bearer x", "Basic abc", "Bearer " + "k" * 5000])
@pytest.mark.parametrize("url", ["/v1/verifications/x", "/mp/v1/attempts/x", "/mp/v1/me/consents"])
def test_a_wrong_credential_is_refused(world: World, url: str, credential: str) -> None:
    answer = world.app.test_client().get(url, headers={"Authorization": credential})
    refused(
        answer, 401, "session_expired" if credential.startswith("Bearer ") and "mp" in url else "unauthorized"
    )


def test_a_wrong_login_code_is_refused(world: World) -> None:
    answer = world.app.test_client().post("/mp/v1/login", json={"code": "false"})
    refused(answer, 401, "login_code_invalid")


def test_another_institutions_verification_looks_absent(world: World) -> None:
    verification = play.opened(world)
    other = world.till(1)
    url = f"/v1/verifications/{verification}"
    refused(other.get(url), 404, "not_found")
    refused(other.get(f"{url}/events"), 404, "not_found")
    refused(other.post(f"{url}/cancel", json={}), 404, "not_found")
    refused(other.post(f"{url}/popup", json={}), 404, "not_found")
    refused(other.post(f"{url}/attempts", json={"channel": "qr"}), 404, "not_found")
    proof = {"staff": "王", "document": "身份证", "reason": "核对"}
    refused(other.post(f"{url}/bypass", json=proof), 404, "not_found")
    refused(other.get("/v1/verifications?order_no=A-1"), 404, "not_found")
    assert play.state(world, verification)["state"] == "open"


def test_another_institutions_receipt_looks_absent(world: World) -> None:
    verification = play.opened(world)
    proof = {"staff": "王", "document": "身份证", "reason": "核对"}
    receipt = play.ok(world.till().post(f"/v1/verifications/{verification}/bypass", json=proof), 201)[
        "receipt"
    ]
    jti = claims(receipt)["jti"]
    wanted = {"settlement_no": "S-1", "amount_fen": 100}
    refused(world.till(1).post(f"/v1/receipts/{jti}/redeem", json=wanted), 404, "not_found")


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({"settlement_no": "S-1", "amount_fen": 12851}, 422, "amount_too_high"),
        ({"settlement_no": "S-1", "amount_fen": -1}, 400, "malformed"),
        ({"amount_fen": 1}, 400, "malformed"),
    ],
)
def test_an_impossible_redemption_is_refused(
    world: World, wanted: dict[str, Any], status: int, code: str
) -> None:
    jti = _receipt(world)
    refused(world.till().post(f"/v1/receipts/{jti}/redeem", json=wanted), status, code)


def _receipt(world: World) -> str:
    verification = play.opened(world)
    proof = {"staff": "王", "document": "身份证", "reason": "核对"}
    answer = play.ok(world.till().post(f"/v1/verifications/{verification}/bypass", json=proof), 201)
    return str(claims(answer["receipt"])["jti"])


def test_a_receipt_is_used_once(world: World) -> None:
    url = f"/v1/receipts/{_receipt(world)}/redeem"
    first = play.ok(world.till().post(url, json={"settlement_no": "S-1", "amount_fen": 12850}))
    assert play.ok(world.till().post(url, json={"settlement_no": "S-1", "amount_fen": 12850})) == first
    again = world.till().post(url, json={"settlement_no": "S-2", "amount_fen": 12850})
    refused(again, 409, "receipt_redeemed")


def test_a_receipt_is_too_old_after_thirty_minutes(world: World) -> None:
    url = f"/v1/receipts/{_receipt(world)}/redeem"
    world.clock.tick(30 * 60)
    answer = world.till().post(url, json={"settlement_no": "S-1", "amount_fen": 100})
    refused(answer, 409, "receipt_expired")


def test_an_order_counts_once(world: World) -> None:
    play.opened(world)
    refused(world.till().post("/v1/verifications", json=purchase()), 409, "order_exists")


def test_an_order_may_be_opened_again_once_cancelled(world: World) -> None:
    verification = play.opened(world)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    assert play.opened(world) != verification


def test_cancel_bypass_and_attempts_answer_by_state(world: World) -> None:
    verification = play.opened(world)
    till, url = world.till(), f"/v1/verifications/{verification}"
    play.ok(till.post(f"{url}/cancel", json={}))
    play.ok(till.post(f"{url}/cancel", json={}))
    refused(till.post(f"{url}/attempts", json={"channel": "qr"}), 409, "verification_ended")
    proof = {"staff": "王", "document": "身份证", "reason": "核对"}
    assert till.post(f"{url}/bypass", json=proof).status_code == 409
    assert till.post(f"{url}/popup", json={}).status_code == 409


def test_a_declined_consent_ends_the_attempt(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    first = play.agree(phone, scene, granted=False)
    assert first["state"] == "declined"
    assert play.agree(phone, scene, granted=False) == first
    assert phone.post(f"/mp/v1/attempts/{scene}/challenges", json={}).status_code == 409


def test_a_retry_declined_twice_is_declined_once(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    play.draw(phone, scene)
    first = play.agree(phone, scene, granted=False)
    assert (first["state"], first["appeal"]["allowed"]) == ("failed", True)
    before = play.events(world, verification)
    assert play.agree(phone, scene, granted=False) == first
    assert play.events(world, verification) == before


def test_consent_to_a_stale_notice_is_refused(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    phone.get(f"/mp/v1/attempts/{scene}")
    wanted = {"notice_version": "0", "granted": True}
    refused(phone.post(f"/mp/v1/attempts/{scene}/consent", json=wanted), 422, "notice_stale")


def test_a_withdrawn_consent_stops_the_attempt(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    (consent,) = play.ok(phone.get("/mp/v1/me/consents"))["consents"]
    assert play.ok(phone.delete(f"/mp/v1/me/consents/{consent['consent_id']}"))["withdrawn_at"]
    assert phone.post(f"/mp/v1/attempts/{scene}/challenges", json={}).status_code == 409


@pytest.mark.parametrize("granted", ["yes", 1, None])
def test_consent_is_never_guessed(world: World, granted: object) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    phone.get(f"/mp/v1/attempts/{scene}")
    wanted = {"notice_version": notice.CURRENT, "granted": granted}
    refused(phone.post(f"/mp/v1/attempts/{scene}/consent", json=wanted), 400, "malformed")


def test_an_unknown_scene_looks_absent(world: World) -> None:
    for openid in (MAN.openid, STAFF):
        refused(world.phone(openid).get("/mp/v1/attempts/none"), 404, "not_found")


def test_a_superseded_scene_says_so(world: World) -> None:
    verification = play.opened(world)
    old = play.pushed(world, verification)
    world.clock.tick(30)
    play.pushed(world, verification)
    man: FlaskClient = world.phone(MAN.openid)
    assert play.ok(man.get(f"/mp/v1/attempts/{old}"))["state"] == "superseded"
    refused(world.phone(WIFE.openid).get(f"/mp/v1/attempts/{old}"), 410, "scene_ended")


@pytest.mark.parametrize("statement", ["", "x" * 501, "   "])
def test_an_appeal_without_a_statement_is_refused(world: World, statement: str) -> None:
    scene = play.pushed(world, play.opened(world))
    said = {"reason": "other", "statement": statement}
    phone = world.phone(MAN.openid)
    answer = phone.post(f"/mp/v1/attempts/{scene}/appeal", data=said, content_type="multipart/form-data")
    refused(answer, 422, "appeal_invalid")


def test_an_appeal_before_any_failure_is_refused(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.appealed(phone, scene).status_code == 409


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_an_unsupported_method_is_refused(world: World, method: str) -> None:
    refused(getattr(world.till(), method)("/v1/verifications"), 405, "method_not_allowed")


def test_an_unknown_path_is_not_found(world: World) -> None:
    refused(world.till().get("/v2/anything"), 404, "not_found")


@pytest.mark.parametrize("query", ["after=-1", "after=x", "wait=26", "wait=-1", "after=1e400", "wait=nan"])
def test_an_invalid_poll_is_refused(world: World, query: str) -> None:
    verification = play.opened(world)
    answer = world.till().get(f"/v1/verifications/{verification}/events?{query}")
    refused(answer, 400, "malformed")


@pytest.mark.parametrize(
    "address",
    [
        "/v1/verifications?order_no=A%00-1",
        "/v1/verifications?order_no=A%0A-1",
        "/v1/verifications/vrf_%00",
        "/v1/verifications/vrf_%7F/events",
        "/qr/%00.png",
    ],
)
def test_control_characters_in_an_address_never_reach_the_database(world: World, address: str) -> None:
    refused(world.till().get(address), 400, "malformed")


@pytest.mark.parametrize("token", ["%00", "%0b" + "x" * 80, "x" * 5000])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_popup_link_is_void_in_any_spelling(world: World, token: str, method: str) -> None:
    path = f"/popup/{token}" if method == "GET" else f"/popup/{token}/back"
    answer = world.app.test_client().open(path, method=method)
    assert answer.status_code in (400, 410) and "Traceback" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "unseen", ["本人\u200b", "\u202e人本", "本\u2060人", "本人\ue000", "本\u2028人"], ids=ascii
)
def test_invisible_letters_cannot_disguise_a_name(world: World, unseen: str) -> None:
    here = f"/v1/verifications/{play.opened(world)}/attempts"
    person = {"name": AGENT.name, "id_number": AGENT.id_number, "relation": unseen}
    refused(world.till().post(here, json={"channel": "qr", "person": person}), 400, "malformed")
    named = purchase(order_no="A-2", cashier={"id": "c1", "name": unseen})
    refused(world.till().post("/v1/verifications", json=named), 400, "malformed")


def test_a_body_in_gbk_is_refused_with_the_reason(world: World) -> None:
    body = json.dumps(purchase(), ensure_ascii=False).encode("gbk")
    answer = world.till().post("/v1/verifications", data=body, content_type="application/json")
    assert "UTF-8" in refused(answer, 400, "malformed")["detail"]
