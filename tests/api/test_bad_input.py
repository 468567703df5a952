"""Whatever is sent, the answer is a clear problem and nothing is lost."""

import json
import struct
import zlib
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.domain import notice
from scripts.demo.film import Shot
from tests.support import play
from tests.support.world import (
    AGENT,
    FACELESS,
    MAN,
    RIGHT,
    STAFF,
    WIFE,
    WRONG,
    World,
    claims,
    multipart,
    number,
    purchase,
)


def refused(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a problem with this status and code."""
    assert response.mimetype == "application/problem+json", response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json(force=True)
    assert (response.status_code, body["code"]) == (status, code), body
    assert body["status"] == status and body["title"] and body["type"]
    return body


def test_a_wrong_checksum(world: World) -> None:
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


def test_a_person_without_an_enrolled_photo(world: World) -> None:
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
def test_a_body_that_is_no_verification(world: World, body: bytes) -> None:
    refused(
        world.till().post("/v1/verifications", data=body, content_type="application/json"), 400, "malformed"
    )


@pytest.mark.parametrize("amount", [-1, 1.5, True, "100", 10**12, None, float("inf")])
def test_a_sum_that_is_none(world: World, amount: object) -> None:
    refused(world.till().post("/v1/verifications", json=purchase(amount_fen=amount)), 400, "malformed")


def test_an_unknown_field_is_not_a_silent_default(world: World) -> None:
    refused(world.till().post("/v1/verifications", json=purchase(amount=5)), 400, "malformed")


def test_a_body_of_another_kind(world: World) -> None:
    answer = world.till().post("/v1/verifications", data=b"<x/>", content_type="application/xml")
    refused(answer, 415, "unsupported_media_type")


def test_a_body_too_large(world: World) -> None:
    body = purchase(order_no="x" * 200_000)
    refused(world.till().post("/v1/verifications", json=body), 413, "too_large")


@pytest.mark.parametrize("credential", ["", "Bearer", "Bearer x", "Basic abc", "Bearer " + "k" * 5000])
@pytest.mark.parametrize("url", ["/v1/verifications/x", "/mp/v1/attempts/x", "/mp/v1/me/consents"])
def test_a_false_credential(world: World, url: str, credential: str) -> None:
    answer = world.app.test_client().get(url, headers={"Authorization": credential})
    refused(
        answer, 401, "session_expired" if credential.startswith("Bearer ") and "mp" in url else "unauthorized"
    )


def test_a_false_login_code(world: World) -> None:
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
def test_a_redemption_that_cannot_be(world: World, wanted: dict[str, Any], status: int, code: str) -> None:
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


class Filming:
    """A phone that has just been told what to do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.verification = play.opened(world)
        self.scene = play.pushed(world, self.verification)
        self.phone = world.phone(MAN.openid)
        play.agree(self.phone, self.scene)
        self.challenge = play.draw(self.phone, self.scene)
        self.url = f"/mp/v1/challenges/{self.challenge['challenge_id']}/frames"

    def send(self, *shots: Shot) -> TestResponse:
        return self.phone.post(self.url, **multipart(shots))

    def still_works(self) -> None:
        """Check that the try can still be passed."""
        play.show(self.world, self.phone, self.challenge)
        assert play.finish(self.phone, self.challenge)["outcome"] == "passed"


@pytest.fixture
def filming(world: World) -> Filming:
    return Filming(world)


def _jpeg(width: int = 320, height: int = 180) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


def _bomb(side: int = 20_000) -> bytes:
    """Return a small PNG that says it is enormous, and is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("image", "status", "code"),
    [
        (b"", 415, "unsupported_media_type"),
        (b"hello", 415, "unsupported_media_type"),
        (b"GIF89a" + b"\0" * 64, 415, "unsupported_media_type"),
        (b"%PDF-1.7", 415, "unsupported_media_type"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 32, 422, "image_unreadable"),
        (_jpeg()[:2000], 422, "image_unreadable"),
        (_bomb(), 413, "too_large"),
        (_jpeg(2600, 2000), 413, "too_large"),
        (_jpeg() + b"\0" * 1_100_000, 413, "too_large"),
    ],
    ids=[
        "empty",
        "text",
        "gif",
        "pdf",
        "only a header",
        "truncated",
        "bomb",
        "too many pixels",
        "too many bytes",
    ],
)
def test_a_frame_that_is_none(filming: Filming, image: bytes, status: int, code: str) -> None:
    refused(filming.send(Shot(0, 0, "motion", image)), status, code)
    filming.still_works()


def test_a_hundred_megabytes(filming: Filming) -> None:
    answer = filming.send(Shot(0, 0, "motion", b"\0" * 100_000_000))
    refused(answer, 413, "too_large")
    filming.still_works()


def test_thirteen_frames_a_request(filming: Filming) -> None:
    shots = RIGHT.shots(filming.challenge["frame"])[:13]
    refused(filming.send(*shots), 413, "too_many_frames")
    filming.still_works()


def test_a_thousand_frames(filming: Filming) -> None:
    image = _jpeg(64, 64)
    statuses, seq = set(), 0
    filming.world.clock.tick(20)
    for _ in range(84):
        answer = filming.send(*(Shot(seq + n, (seq + n) * 120, "motion", image) for n in range(12)))
        statuses.add((answer.status_code, answer.get_json(force=True).get("code")))
        seq += 12
    assert statuses == {(200, None), (422, "too_many_frames")}


def test_frames_out_of_order(filming: Filming) -> None:
    image = _jpeg()
    refused(
        filming.send(Shot(0, 100, "motion", image), Shot(1, 100, "motion", image)), 422, "frames_out_of_order"
    )
    refused(
        filming.send(Shot(1, 100, "motion", image), Shot(0, 200, "motion", image)), 422, "frames_out_of_order"
    )
    refused(
        filming.send(Shot(0, 0, "motion", image), Shot(0, 100, "motion", image)), 422, "frames_out_of_order"
    )


def test_frames_from_the_future(filming: Filming) -> None:
    image = _jpeg()
    refused(
        filming.send(Shot(0, 0, "motion", image), Shot(1, 9000, "motion", image)), 422, "frames_too_early"
    )
    filming.still_works()


def test_a_film_longer_than_twenty_seconds(filming: Filming) -> None:
    filming.world.clock.tick(25)
    image = _jpeg()
    answer = filming.send(Shot(0, 0, "motion", image), Shot(1, 20_001, "motion", image))
    refused(answer, 422, "capture_too_long")


@pytest.mark.parametrize(
    "meta", ["", "{}", "[", "[{}]", '[{"seq":-1,"t_ms":0,"kind":"motion"}]', "[1]", "null"]
)
def test_meta_that_cannot_be_read(filming: Filming, meta: str) -> None:
    data = {"frames": (BytesIO(_jpeg()), "a.jpg"), "meta": meta}
    refused(filming.phone.post(filming.url, data=data), 400, "malformed")


@pytest.mark.parametrize("seed", range(6))
def test_a_picture_may_hold_any_bytes(filming: Filming, seed: int) -> None:
    noise = np.random.default_rng(seed).bytes(150_000)
    # A line end early in a buffer makes the parser wait for what follows it.
    image = b"\xff\xd8\xff" + noise[:1000] + b"\r\n" + noise[1000:].replace(b"\n", b"n")
    refused(filming.send(Shot(0, 0, "motion", image)), 422, "image_unreadable")


PART = b'--B\r\nContent-Disposition: form-data; name="frames"; filename="a.jpg"\r\n\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--B",
        b"--B--\r\n",
        PART,
        PART + b"\xff\xd8\xff\r\n--B--\r\n",
        PART.replace(b"form-data", b"nonsense") + b"x\r\n--B--\r\n",
        PART.replace(b"\r\n\r\n", b"\r\n" + b"X: y\r\n" * 3000 + b"\r\n") + b"x\r\n--B--\r\n",
        PART * 60 + b"x\r\n--B--\r\n",
        b"--C\r\n\r\n" * 1000,
        bytes(range(256)) * 300,
    ],
    ids=lambda body: f"{len(body)} bytes",
)
# Werkzeug leaves the temporary file of a part that never ends to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_multipart_body_that_is_broken(filming: Filming, body: bytes) -> None:
    for kind in ("multipart/form-data; boundary=B", "multipart/form-data", "multipart/form-data; boundary="):
        answer = filming.phone.post(filming.url, data=body, content_type=kind)
        assert answer.status_code in (400, 413), answer.get_data(as_text=True)
        assert answer.mimetype == "application/problem+json"
    filming.still_works()


def test_a_resent_frame_is_the_same_frame(filming: Filming) -> None:
    shots = play.show(filming.world, filming.phone, filming.challenge)
    for _ in range(2):
        play.ok(filming.send(*shots[:12]))
    assert play.finish(filming.phone, filming.challenge)["outcome"] == "passed"


def test_a_challenge_that_is_too_old(filming: Filming) -> None:
    filming.world.clock.tick(31)
    assert filming.send(Shot(0, 0, "motion", _jpeg())).status_code == 409


def test_somebody_elses_challenge(filming: Filming) -> None:
    wife = filming.world.phone(WIFE.openid)
    shot = RIGHT.shots(filming.challenge["frame"])[0]
    refused(wife.post(filming.url, **multipart([shot])), 404, "not_found")
    refused(wife.post(filming.url.replace("frames", "finish"), json={}), 404, "not_found")
    refused(wife.post(filming.url.replace("frames", "swap"), json={}), 404, "not_found")
    filming.still_works()


def test_nothing_filmed_is_not_acquired_and_not_counted(filming: Filming) -> None:
    result = play.finish(filming.phone, filming.challenge)
    assert (result["outcome"], result["reason"], result["tries_left"]) == ("retry", "not_acquired", 3)
    assert play.finish(filming.phone, filming.challenge) == result | {"server_time": result["server_time"]}


def test_three_times_nothing_is_a_failure(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    for _ in range(3):
        result = play.finish(phone, play.draw(phone, scene))
    assert (result["outcome"], result["reason"]) == ("failed", "not_acquired")
    assert result["appeal"]["allowed"]


def test_consent_is_needed_before_anything_is_filmed(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    url = f"/mp/v1/attempts/{scene}"
    for _ in range(2):
        refused(phone.post(f"{url}/challenges", json={}), 422, "consent_missing")
        frame = {"frame": (BytesIO(_jpeg()), "a.jpg")}
        refused(phone.post(f"{url}/precheck", data=frame), 422, "consent_missing")
        phone.get(url)


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


def test_a_stale_notice(world: World) -> None:
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


def test_an_unknown_scene(world: World) -> None:
    for openid in (MAN.openid, STAFF):
        refused(world.phone(openid).get("/mp/v1/attempts/none"), 404, "not_found")


def test_a_superseded_scene(world: World) -> None:
    verification = play.opened(world)
    old = play.pushed(world, verification)
    play.pushed(world, verification)
    man: FlaskClient = world.phone(MAN.openid)
    assert play.ok(man.get(f"/mp/v1/attempts/{old}"))["state"] == "superseded"
    refused(world.phone(WIFE.openid).get(f"/mp/v1/attempts/{old}"), 410, "scene_ended")


@pytest.mark.parametrize("statement", ["", "x" * 501, "   "])
def test_an_appeal_without_a_statement(world: World, statement: str) -> None:
    scene = play.pushed(world, play.opened(world))
    said = {"reason": "other", "statement": statement}
    phone = world.phone(MAN.openid)
    answer = phone.post(f"/mp/v1/attempts/{scene}/appeal", data=said, content_type="multipart/form-data")
    refused(answer, 422, "appeal_invalid")


def test_an_appeal_before_any_failure(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.appealed(phone, scene).status_code == 409


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_method_nobody_offers(world: World, method: str) -> None:
    refused(getattr(world.till(), method)("/v1/verifications"), 405, "method_not_allowed")


def test_a_page_nobody_offers(world: World) -> None:
    refused(world.till().get("/v2/anything"), 404, "not_found")


@pytest.mark.parametrize("query", ["after=-1", "after=x", "wait=26", "wait=-1", "after=1e400", "wait=nan"])
def test_a_poll_that_cannot_be(world: World, query: str) -> None:
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
def test_a_popup_that_never_was_is_void_however_it_is_spelt(world: World, token: str, method: str) -> None:
    path = f"/popup/{token}" if method == "GET" else f"/popup/{token}/back"
    answer = world.app.test_client().open(path, method=method)
    assert answer.status_code in (400, 410) and "Traceback" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "unseen", ["本人\u200b", "\u202e人本", "本\u2060人", "本人\ue000", "本\u2028人"], ids=ascii
)
def test_nobody_is_called_what_he_is_not_by_letters_that_are_not_seen(world: World, unseen: str) -> None:
    here = f"/v1/verifications/{play.opened(world)}/attempts"
    person = {"name": AGENT.name, "id_number": AGENT.id_number, "relation": unseen}
    refused(world.till().post(here, json={"channel": "qr", "person": person}), 400, "malformed")
    named = purchase(order_no="A-2", cashier={"id": "c1", "name": unseen})
    refused(world.till().post("/v1/verifications", json=named), 400, "malformed")


def test_a_body_in_the_code_page_of_an_old_till_is_told_so(world: World) -> None:
    body = json.dumps(purchase(), ensure_ascii=False).encode("gbk")
    answer = world.till().post("/v1/verifications", data=body, content_type="application/json")
    assert "UTF-8" in refused(answer, 400, "malformed")["detail"]
