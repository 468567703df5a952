"""Persons from 14 to 17 are not filmed unless the policy allows it: documents or a guardian instead."""

from datetime import date
from typing import Any

import pytest

from api.policies import versions
from models import tables
from models.domain.policy import Policy
from tests.support import play, popups
from tests.support.acting import CHECKS, begun, opened, passed, refused, strangers, typed
from tests.support.world import ACTIONS, MAN, STAFF, WIFE, World, claims

WORDS = "未满 18 岁不刷脸"
PROOF = {"staff": "赵药师", "document": "社会保障卡", "reason": "没有比对照片"}


@pytest.fixture
def minor(world: World) -> World:
    """Return the world with 王秀英, who has a photo, 15 years old."""
    return aged(world, 15)


def aged(world: World, years: int) -> World:
    today = world.ports.today()
    with world.ports.database.transaction() as db:
        row = db.get_one(tables.Person, world.ids[WIFE.name])
        row.birth = date(today.year - years, today.month, today.day)
    return world


def pick(world: World, verification: str, **wanted: Any) -> Any:
    body = {"channel": "push", "person_id": world.ids[WIFE.name]} | wanted
    return world.till().post(f"/v1/verifications/{verification}/attempts", json=body)


@pytest.mark.parametrize("channel", ["push", "qr"])
def test_the_till_gets_the_reason_why_a_minor_is_not_filmed(minor: World, channel: str) -> None:
    verification = play.opened(minor)
    assert refused(pick(minor, verification, channel=channel), 422, "minor_not_filmed")
    (listed,) = (p for p in play.state(minor, verification)["persons"] if p["age"] == 15)
    assert (listed["not_filmed"], listed["enrolled"]) == ("minor_not_filmed", True)


def test_a_minor_typed_in_is_not_filmed_either(minor: World) -> None:
    wanted = {"channel": "push", "person": typed(WIFE, "配偶")}
    answer = minor.till().post(f"/v1/verifications/{play.opened(minor)}/attempts", json=wanted)
    assert refused(answer, 422, "minor_not_filmed")


def test_a_minor_cannot_be_chosen_on_the_cashiers_phone(minor: World) -> None:
    verification = play.opened(minor)
    scene = play.coded(minor, verification)
    phone, url = minor.phone(STAFF), f"/mp/v1/attempts/{scene}"
    listed = {p["person_id"]: p["not_filmed"] for p in play.ok(phone.get(url))["persons"]}
    assert listed[minor.ids[WIFE.name]] == "minor_not_filmed" and listed[minor.ids[MAN.name]] is None
    answer = phone.put(f"{url}/person", json={"person_id": minor.ids[WIFE.name]})
    assert refused(answer, 422, "minor_not_filmed")


def test_the_popup_says_why_and_leads_to_documents(minor: World) -> None:
    verification, popup = popups.opened(minor)
    assert popup.says(WORDS, "请用“其他方式核验”看证件，或请家长刷脸代办")
    popup.post("push", person_id=minor.ids[WIFE.name], confirmed="yes", **popups.TICKED)
    assert popup.says(WORDS) and popups.states(minor, verification) == []
    popup.get("?step=bypass")
    assert popup.says("王*英")
    popup.post("bypass", person_id=minor.ids[WIFE.name], **PROOF)
    assert play.state(minor, verification)["state"] == "bypassed"


def test_a_guardian_buys_for_a_minor(minor: World) -> None:
    strangers(minor, 0)
    verification = opened(minor, WIFE)
    assert refused(begun(minor, verification, person=typed(WIFE, "本人")), 422, "minor_not_filmed")
    play.ok(begun(minor, verification, person=typed(relation="父母"), checks=CHECKS), 201)
    passed(minor)
    said = claims(play.state(minor, verification)["receipt"])
    assert said["guardian"] is True and said["agent"]["person_id"] == minor.ids[MAN.name]


@pytest.mark.parametrize(
    ("years", "least", "status"), [(15, 14, 201), (15, 16, 422), (17, 18, 422), (18, 18, 201)]
)
def test_the_minimum_age_is_the_policys(world: World, years: int, least: int, status: int) -> None:
    rules = Policy(
        pad_required=False, colour_own_phone=False, action_pool=ACTIONS, action_count=1, face_age_min=least
    )
    versions.enact(aged(world, years).ports, rules, author="a", approver="b")
    assert pick(world, play.opened(world)).status_code == status
