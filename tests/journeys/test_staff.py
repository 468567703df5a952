"""Codes are opened only by the institution's staff, on their shift, at their counter."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.admin import staff
from api.admin.staff import Member
from api.policies import versions
from models import tables
from models.domain.chain import canonical
from models.domain.policy import Policy
from models.domain.shift import Duty, duty
from tests.support import play
from tests.support.acting import private, refused
from tests.support.world import ACTIONS, MAN, STAFF, WIFE, World

ZHOU, QIAN = "openid-zhou", "openid-qian"


def named(world: World, openid: str, at: Duty, which: int = 0) -> str:
    return staff.add(world.ports, world.institutions[which], Member("周班", openid, at)).staff_id


def look(phone: FlaskClient, scene: str) -> TestResponse:
    return phone.get(f"/mp/v1/attempts/{scene}")


# The tests' clock stands at 10:00 on Tuesday, 24 November 2026, in China.
@pytest.mark.parametrize(
    ("shifts", "counters", "opens"),
    [
        ([], [], True),
        (["mon-fri 08:00-17:30"], [], True),
        (["tue 10:00-10:01"], ["1号台"], True),
        (["mon 22:00-10:01"], ["2号台", "1号台"], True),
        (["tue 08:00-10:00"], [], False),
        (["mon 22:00-10:00", "wed 08:00-17:30"], [], False),
        ([], ["2号台"], False),
        (["tue 02:00-03:00"], [], False),
    ],
)
def test_a_code_opens_on_shift_and_at_the_counter(
    world: World, shifts: list[str], counters: list[str], opens: bool
) -> None:
    named(world, ZHOU, duty(shifts, counters))
    answer = look(world.phone(ZHOU), play.coded(world, play.opened(world)))
    assert answer.status_code == 200 if opens else refused(answer, 403, "not_staff")


def test_a_refused_member_of_staff_does_not_claim_the_code(world: World) -> None:
    named(world, ZHOU, duty(["sun 08:00-09:00"]))
    scene = play.coded(world, play.opened(world))
    assert refused(look(world.phone(ZHOU), scene), 403, "not_staff")
    assert play.ok(look(world.phone(STAFF), scene))["state"] == "opened"
    named(world, QIAN, Duty())
    assert look(world.phone(QIAN), scene).status_code == 404


def test_staff_of_another_institution_are_refused(world: World) -> None:
    named(world, ZHOU, Duty(), which=1)
    assert refused(look(world.phone(ZHOU), play.coded(world, play.opened(world))), 403, "not_staff")


def test_a_scene_opened_on_shift_may_be_finished_after_it(world: World) -> None:
    named(world, ZHOU, duty(["tue 08:00-10:01"]))
    verification = play.opened(world)
    scene, phone = play.coded(world, verification), world.phone(ZHOU)
    play.ok(look(phone, scene))
    world.clock.tick(61)
    play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]}))
    play.agree(phone, scene)
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    later = play.coded(world, play.opened(world, order_no="A-2"))
    assert refused(look(phone, later), 403, "not_staff")


def test_removing_staff_ends_access_to_an_open_scene(world: World) -> None:
    who = named(world, ZHOU, Duty())
    scene, phone = play.coded(world, play.opened(world)), world.phone(ZHOU)
    play.ok(look(phone, scene))
    staff.remove(world.ports, who)
    assert refused(look(phone, scene), 403, "not_staff")
    wanted = {"person_id": world.ids[MAN.name]}
    assert refused(phone.put(f"/mp/v1/attempts/{scene}/person", json=wanted), 403, "not_staff")
    world.clock.tick(200)
    assert refused(look(phone, scene), 410, "scene_ended")
    named(world, ZHOU, Duty())
    assert play.ok(look(phone, scene))["state"] == "expired"


def test_a_change_of_counters_counts_from_the_next_code_on(world: World) -> None:
    who = named(world, ZHOU, duty([], ["1号台"]))
    phone, first = world.phone(ZHOU), play.coded(world, play.opened(world))
    play.ok(look(phone, first))
    staff.change(world.ports, who, duty([], ["2号台"]))
    play.ok(look(phone, first))
    assert look(phone, play.coded(world, play.opened(world, order_no="A-2"))).status_code == 403
    moved = play.coded(world, play.opened(world, order_no="A-3", counter="2号台"))
    play.ok(look(phone, moved))


def test_the_next_shift_takes_over_with_a_fresh_code_and_the_chosen_person(world: World) -> None:
    named(world, ZHOU, duty(["tue 08:00-10:01"]))
    who = named(world, QIAN, duty(["tue 10:01-17:00"]))
    verification = play.opened(world)
    scene, early = play.coded(world, verification), world.phone(ZHOU)
    play.ok(look(early, scene))
    play.ok(early.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]}))
    world.clock.tick(60)
    late = world.phone(QIAN)
    assert look(late, scene).status_code == 404
    again = play.attempt(world, verification, channel="qr", person_id=world.ids[MAN.name])
    fresh = again["qr_url"].rsplit("/", 1)[1].removesuffix(".png")
    assert play.ok(look(early, scene))["state"] == "superseded"
    assert play.ok(look(late, fresh))["person"]["name"] == "李*国"
    play.agree(late, fresh)
    assert play.tried(world, late, fresh)["outcome"] == "passed"
    assert private(world, verification, "attempt.consented")["staff"] == who


def test_events_name_the_member_of_staff_and_the_counter_to_auditors_alone(world: World) -> None:
    who = named(world, ZHOU, Duty())
    verification = play.opened(world)
    scene, phone = play.coded(world, verification), world.phone(ZHOU)
    play.ok(look(phone, scene))
    play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json={"person_id": world.ids[MAN.name]}))
    play.agree(phone, scene)
    for kind in ("attempt.opened", "attempt.person_chosen", "attempt.consented"):
        told = private(world, verification, kind)
        assert (told["staff"], told["counter"], told["openid"]) == (who, "1号台", ZHOU)
    shown = play.ok(world.till().get(f"/v1/verifications/{verification}/events"))
    assert who not in canonical(shown) and ZHOU not in canonical(shown)


def test_a_one_time_code_binds_a_wechat(world: World) -> None:
    given = staff.add(world.ports, world.institutions[0], Member("周班", duty=duty(["tue 08:00-18:00"])))
    phone = world.phone(ZHOU)
    first, again = (play.ok(phone.post("/mp/v1/staff", json={"code": given.code}), 201) for _ in range(2))
    assert first == again == {
        "staff_id": given.staff_id, "name": "周*", "institution": "第一药房",
        "counters": [], "shifts": ["tue 08:00-18:00"],
    }  # fmt: skip
    play.ok(look(phone, play.coded(world, play.opened(world))))
    assert refused(world.phone(QIAN).post("/mp/v1/staff", json={"code": given.code}), 422, "staff_code_wrong")
    with world.ports.database.reading() as db:
        kept = db.get_one(tables.Staff, given.staff_id)
        assert given.code not in (kept.code_index, kept.openid_index) and kept.openid_index != ZHOU


@pytest.mark.parametrize("spoiled", ["wrong", "expired", "removed"])
def test_wrong_staff_codes_are_refused(world: World, spoiled: str) -> None:
    given = staff.add(world.ports, world.institutions[0], Member("周班"))
    code, phone = given.code or "", world.phone(ZHOU)
    match spoiled:
        case "wrong":
            code = f"{(int(code) + 1) % 10**10:010}"
        case "expired":
            world.clock.tick(24 * 3600)
            phone = world.phone(ZHOU)
        case "removed":
            staff.remove(world.ports, given.staff_id)
    assert refused(phone.post("/mp/v1/staff", json={"code": code}), 422, "staff_code_wrong")
    assert refused(look(phone, play.coded(world, play.opened(world))), 403, "not_staff")


def test_guessing_staff_codes_is_limited(world: World) -> None:
    given, guesser = (
        staff.add(world.ports, world.institutions[0], Member("周班")),
        world.phone("openid-guesser"),
    )
    for guess in range(5):
        assert guesser.post("/mp/v1/staff", json={"code": f"{guess:010}"}).status_code == 422
    assert refused(guesser.post("/mp/v1/staff", json={"code": given.code}), 429, "staff_code_locked")
    assert world.phone(ZHOU).post("/mp/v1/staff", json={"code": given.code}).status_code == 201


def test_one_wechat_is_one_member_of_staff_until_they_are_removed(world: World) -> None:
    first = named(world, ZHOU, Duty())
    given, phone = staff.add(world.ports, world.institutions[0], Member("周班")), world.phone(ZHOU)
    assert refused(phone.post("/mp/v1/staff", json={"code": given.code}), 409, "already_staff")
    staff.remove(world.ports, first)
    assert play.ok(phone.post("/mp/v1/staff", json={"code": given.code}), 201)["staff_id"] == given.staff_id
    elsewhere = staff.add(world.ports, world.institutions[1], Member("周班"))
    play.ok(phone.post("/mp/v1/staff", json={"code": elsewhere.code}), 201)


def presence(world: World, channel: str) -> None:
    wanted = Policy(
        pad_required=False, colour_own_phone=False, action_pool=ACTIONS, action_count=1, presence_code=channel
    )
    versions.enact(world.ports, wanted, author="a", approver="b")


def held(world: World, channel: str) -> tuple[FlaskClient, str, dict[str, Any], str | None]:
    """Show a code under a policy, choose the man; return phone, consent's address, body, digits on the PC."""
    presence(world, channel)
    shown = play.attempt(world, play.opened(world), channel="qr", person_id=world.ids[MAN.name])
    scene, phone = shown["qr_url"].rsplit("/", 1)[1].removesuffix(".png"), world.phone(STAFF)
    seen = play.ok(look(phone, scene))
    assert seen["presence_code_needed"] == (shown["presence_code"] is not None)
    assert shown["presence_code"] is None or shown["presence_code"] not in canonical(seen)
    body = {"notice_version": seen["notice"]["version"], "granted": True}
    return phone, f"/mp/v1/attempts/{scene}/consent", body, shown["presence_code"]


@pytest.mark.parametrize(("channel", "needed"), [("off", False), ("push", False), ("both", True)])
def test_the_presence_code_is_asked_for_on_codes_only_where_the_policy_says_both(
    world: World, channel: str, needed: bool
) -> None:
    phone, url, body, digits = held(world, channel)
    assert (digits is not None) == needed
    if needed:
        assert refused(phone.post(url, json=body), 422, "presence_code_wrong")
        body["presence_code"] = digits
    assert play.ok(phone.post(url, json=body))["state"] == "consented"


def test_guessing_the_presence_code_ends_this_code_but_not_the_purchase(world: World) -> None:
    phone, url, body, digits = held(world, "both")
    wrong = f"{(int(digits or '') + 1) % 10_000:04}"
    for _ in range(5):
        answer = phone.post(url, json=body | {"presence_code": wrong})
        assert refused(answer, 422, "presence_code_wrong")
    for guess in (wrong, digits):
        answer = phone.post(url, json=body | {"presence_code": guess})
        assert refused(answer, 429, "presence_code_locked")
    declined = play.ok(phone.post(url, json=body | {"granted": False}))
    assert declined["state"] == "declined"


def test_a_fresh_code_has_fresh_digits_and_fresh_guesses(world: World) -> None:
    presence(world, "both")
    verification = play.opened(world)
    phone = world.phone(STAFF)
    for number in range(2):
        shown = play.attempt(world, verification, channel="qr", person_id=world.ids[WIFE.name])
        scene = shown["qr_url"].rsplit("/", 1)[1].removesuffix(".png")
        body = {"notice_version": play.ok(look(phone, scene))["notice"]["version"], "granted": True}
        url = f"/mp/v1/attempts/{scene}/consent"
        wrong = f"{(int(shown['presence_code']) + 1) % 10_000:04}"
        for _ in range(5 if number == 0 else 1):
            phone.post(url, json=body | {"presence_code": wrong})
    play.ok(phone.post(url, json=body | {"presence_code": shown["presence_code"]}))
