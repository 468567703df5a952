"""A face check on one's own phone, from 我的, without a purchase."""

import pytest

from api.admin import institutions
from models.domain.provider import Provider
from tests.support import play
from tests.support.world import CHILD, MAN, WIFE, WRONG, World


def begun(world: World, openid: str = MAN.openid, person: str = MAN.name) -> str:
    answer = world.phone(openid).post("/mp/v1/me/pass", json={"person_id": world.ids[person]})
    return str(play.ok(answer, 201)["scene"])


def test_a_pass_begun_on_the_own_phone_opens_export_and_deletion(world: World) -> None:
    phone = world.phone(MAN.openid)
    assert phone.get("/mp/v1/me/export").status_code == 403
    scene = begun(world)
    assert begun(world) == scene
    play.work(world.ports)
    assert world.wechat.sent == []
    seen = play.agree(phone, scene)
    assert (seen["purpose"], seen["amount_fen"], seen["person"]["name"]) == ("self", 0, "李*国")
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    assert play.ok(phone.get("/mp/v1/me/export"))["person"]["person_id"] == world.ids[MAN.name]
    assert phone.delete("/mp/v1/me").status_code == 204


def test_a_failed_check_gives_nothing_and_offers_no_appeal(world: World) -> None:
    phone, scene = world.phone(MAN.openid), begun(world)
    play.agree(phone, scene)
    result = play.tried(world, phone, scene, WRONG)
    assert result["outcome"] == "failed" and result["appeal"] == {"allowed": False, "until": None}
    assert play.appealed(phone, scene).status_code == 409
    assert phone.get("/mp/v1/me/export").status_code == 403


@pytest.mark.parametrize("whose", [WIFE.name, "somebody"])
def test_a_face_check_needs_a_binding_to_the_person(world: World, whose: str) -> None:
    person = world.ids.get(whose, "per_unknown")
    answer = world.phone(MAN.openid).post("/mp/v1/me/pass", json={"person_id": person})
    assert answer.status_code == 404


def test_a_shop_that_joins_later_does_not_change_who_verifies(world: World) -> None:
    world.clock.tick(60)
    institutions.add_institution(world.ports, "微信药房", provider=Provider.WECHAT)
    seen = play.agree(world.phone(MAN.openid), begun(world))
    assert seen["provider"] == "own"


def test_a_face_checks_scene_belongs_to_its_user(world: World) -> None:
    scene = begun(world)
    assert world.phone(WIFE.openid).get(f"/mp/v1/attempts/{scene}").status_code == 404


def test_a_child_is_not_filmed(world: World) -> None:
    answer = world.phone(CHILD.openid).post("/mp/v1/me/pass", json={"person_id": world.ids[CHILD.name]})
    assert (answer.status_code, answer.json["code"]) == (422, "guardian_needed")


def test_face_checks_are_limited_per_day(world: World) -> None:
    phone = world.phone(MAN.openid)
    for _ in range(20):
        begun(world)
        world.clock.tick(121)
    answer = phone.post("/mp/v1/me/pass", json={"person_id": world.ids[MAN.name]})
    assert (answer.status_code, answer.json["code"]) == (429, "rate_limited")
