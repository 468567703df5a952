"""The cashier's own phone is handed over (QR)."""

from io import BytesIO

from scripts.demo.film import samples
from tests.support import play
from tests.support.world import AGENT, MAN, STAFF, WRONG, World


def test_the_person_is_chosen_on_the_phone_and_passes(world: World) -> None:
    verification = play.opened(world)
    scene = play.coded(world, verification)
    phone = world.phone(STAFF)
    first = play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    assert first["person"] is None
    assert [p["relation"] for p in first["persons"]] == ["本人", "配偶", "子女", "兄弟姐妹"]
    chosen = play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]}))
    assert chosen["person"]["name"] == "李*国"
    play.agree(phone, scene)
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    assert play.state(world, verification)["state"] == "passed"


def test_only_staff_of_the_institution_may_open_the_code(world: World) -> None:
    scene = play.coded(world, play.opened(world))
    answer = world.phone(MAN.openid).get(f"/mp/v1/attempts/{scene}")
    assert (answer.status_code, answer.json["code"]) == (403, "not_staff")


def test_consent_waits_until_the_person_is_chosen(world: World) -> None:
    scene = play.coded(world, play.opened(world))
    phone = world.phone(STAFF)
    version = play.ok(phone.get(f"/mp/v1/attempts/{scene}"))["notice"]["version"]
    answer = phone.post(f"/mp/v1/attempts/{scene}/consent", json={"notice_version": version, "granted": True})
    assert (answer.status_code, answer.json["code"]) == (409, "person_not_chosen")


def test_the_person_is_chosen_once(world: World) -> None:
    scene = play.coded(world, play.opened(world))
    phone = world.phone(STAFF)
    phone.get(f"/mp/v1/attempts/{scene}")
    url = f"/mp/v1/attempts/{scene}/person"
    play.ok(phone.put(url, json={"person_id": world.ids[MAN.name]}))
    play.ok(phone.put(url, json={"person_id": world.ids[MAN.name]}))
    assert phone.put(url, json={"person_id": world.ids["王秀英"]}).status_code == 409


def test_an_agent_is_typed_on_the_phone(world: World) -> None:
    scene = play.coded(world, play.opened(world))
    phone = world.phone(STAFF)
    phone.get(f"/mp/v1/attempts/{scene}")
    typed = {"name": AGENT.name, "id_number": AGENT.id_number, "relation": "护工"}
    chosen = play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json=typed))
    assert chosen["person"]["relation"] == "护工"


def test_an_appeal_on_the_cashiers_phone_needs_a_photo_with_a_face(world: World) -> None:
    verification = play.opened(world)
    scene = play.coded(world, verification)
    phone = world.phone(STAFF)
    phone.get(f"/mp/v1/attempts/{scene}")
    phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]})
    play.agree(phone, scene)
    assert play.tried(world, phone, scene, WRONG)["outcome"] == "failed"
    assert play.appealed(phone, scene).status_code == 422
    landscape = next(samples().glob("*mountain*"), None)
    if landscape is not None:
        picture = (BytesIO(landscape.read_bytes()), "a.jpg")
        assert play.appealed(phone, scene, picture).json["code"] == "photo_without_face"
    photo = (BytesIO((samples() / "single_face.jpg").read_bytes()), "a.jpg")
    play.ok(play.appealed(phone, scene, photo), 201)
    assert play.state(world, verification)["state"] == "appealed"


def test_the_code_is_a_picture_until_the_attempt_ends(world: World) -> None:
    verification = play.opened(world)
    shown = play.attempt(world, verification, channel="qr")
    path = shown["qr_url"].removeprefix("http://127.0.0.1:8000")
    anybody = world.app.test_client()
    picture = anybody.get(path)
    assert picture.status_code == 200 and picture.mimetype == "image/png"
    world.clock.tick(121)
    assert anybody.get(path).status_code == 410


def test_a_code_attempt_binds_nobody(world: World) -> None:
    scene = play.coded(world, play.opened(world))
    phone = world.phone(STAFF)
    phone.get(f"/mp/v1/attempts/{scene}")
    phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]})
    play.agree(phone, scene)
    play.tried(world, phone, scene)
    assert play.ok(phone.get("/mp/v1/me/bindings"))["bindings"] == []
    assert play.ok(phone.get("/mp/v1/me/consents"))["consents"] == []
    assert phone.get("/mp/v1/me/export").status_code == 403
