"""A person present for the card-holder (代办)."""

from typing import Any

import pytest
from sqlalchemy import select

from api.admin import institutions, staff
from api.admin.staff import Member
from api.policies import versions
from models import tables
from models.domain.identity.idnumber import IdType, parse
from models.domain.policy import Policy
from models.domain.provider import Provider
from tests.support import play
from tests.support.acting import (
    CHECKS,
    begun,
    bought,
    opened,
    passed,
    private,
    refused,
    strangers,
    typed,
    until,
)
from tests.support.world import (
    ACTIONS,
    AGENT,
    CHILD,
    MAN,
    STAFF,
    WIFE,
    WRONG,
    Insured,
    World,
    claims,
    purchase,
)


def rules(world: World, **changes: Any) -> None:
    wanted = Policy(
        pad_required=False, colour_own_phone=False, action_pool=ACTIONS, action_count=1, **changes
    )
    versions.enact(world.ports, wanted, author="a", approver="b")


def receipt(world: World, verification: str) -> dict[str, Any]:
    return claims(play.state(world, verification)["receipt"])


def shown(world: World, verification: str, **wanted: Any) -> str:
    """Show a code; return the address of its scene."""
    attempt = play.attempt(world, verification, channel="qr", **wanted)
    return "/mp/v1/attempts/" + attempt["qr_url"].rsplit("/", 1)[1].removesuffix(".png")


def test_both_identities_the_relation_and_the_check_list_are_recorded(world: World) -> None:
    (holder,) = strangers(world, 1)
    verification = bought(world, holder, person=typed(relation="护工"), checks=CHECKS)
    kept = private(world, verification, "attempt.waiting")
    assert (kept["cardholder"]["name"], kept["cardholder"]["id_number"]) == (holder.name, holder.id_number)
    assert (kept["agent"]["name"], kept["agent"]["id_number"]) == (MAN.name, MAN.id_number)
    assert (kept["relation"], kept["related"], kept["checks"]) == ("护工", False, CHECKS)
    said = receipt(world, verification)
    assert said["agent"] == {
        "person_id": world.ids[MAN.name], "name": "李*国", "relation": "护工", "checks": CHECKS
    }  # fmt: skip
    assert said["cardholder"] == {"person_id": world.ids[holder.name]} and said["guardian"] is False
    told = str(play.ok(world.till().get(f"/v1/verifications/{verification}/events"))) + str(said)
    for secret in (MAN.name, MAN.id_number, MAN.openid, holder.name, holder.id_number):
        assert secret not in told


def test_the_cardholder_is_nobodys_agent(world: World) -> None:
    strangers(world, 0)
    verification = bought(world, MAN, person=typed(relation="其他"))
    said = receipt(world, verification)
    assert said["agent"] is False and said["person"]["relation"] == "本人"
    assert private(world, verification, "attempt.waiting") == {}
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.AgentPurchase)).all() == []


def test_relations_of_other_persons_are_never_self(world: World) -> None:
    (holder,) = strangers(world, 1)
    verification = opened(world, holder)
    assert refused(begun(world, verification, person=typed(relation=" 本人 ")), 422, "relation_missing")
    url, phone = shown(world, verification), world.phone(STAFF)
    play.ok(phone.get(url))
    assert refused(phone.put(f"{url}/person", json=typed(relation="本人")), 422, "relation_missing")


def test_an_agent_passes_on_the_cashiers_phone(world: World) -> None:
    body = purchase(cardholder={"name": AGENT.name, "id_number": AGENT.id_number})
    verification = play.ok(world.till().post("/v1/verifications", json=body), 201)["id"]
    url, phone = shown(world, verification), world.phone(STAFF)
    play.ok(phone.get(url))
    play.ok(phone.put(f"{url}/person", json=typed(relation="护工") | {"checks": CHECKS}))
    scene = url.rsplit("/", 1)[1]
    play.agree(phone, scene)
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    assert receipt(world, verification)["agent"]["checks"] == CHECKS
    kept = private(world, verification, "attempt.person_chosen")
    assert kept["agent"]["id_number"] == MAN.id_number and kept["checks"] == CHECKS and kept["staff"]


@pytest.mark.parametrize(
    "checks", [None, {}, {"cardholder_document": True}, CHECKS | {"agent_document": False}]
)
def test_a_check_list_is_asked_of_agents_where_the_policy_says_so(world: World, checks: Any) -> None:
    rules(world, agent_checks="required")
    (holder,) = strangers(world, 1)
    verification = opened(world, holder)
    given = {"checks": checks} if checks is not None else {}
    assert refused(begun(world, verification, **given), 422, "checks_missing")
    url, phone = shown(world, verification), world.phone(STAFF)
    play.ok(phone.get(url))
    assert refused(phone.put(f"{url}/person", json=typed() | given), 422, "checks_missing")
    play.ok(phone.put(f"{url}/person", json=typed() | {"checks": CHECKS}))
    play.ok(begun(world, verification, checks=CHECKS), 201)


def test_the_cardholder_needs_no_check_list(world: World) -> None:
    rules(world, agent_checks="required")
    play.attempt(world, play.opened(world), channel="push", person_id=world.ids[MAN.name])


def test_a_check_list_the_pc_sent_with_the_code_holds_on_the_phone(world: World) -> None:
    rules(world, agent_checks="required")
    (holder,) = strangers(world, 1)
    url, phone = shown(world, opened(world, holder), checks=CHECKS), world.phone(STAFF)
    play.ok(phone.get(url))
    assert play.ok(phone.put(f"{url}/person", json=typed()))["person"]["relation"] == "其他"


@pytest.mark.parametrize("checks", ["yes", {"agent_document": "yes"}, {"passport": True}])
def test_a_check_list_of_another_form_is_malformed(world: World, checks: Any) -> None:
    assert begun(world, play.opened(world), checks=checks).status_code == 400


@pytest.mark.parametrize("known_by", ["document", "WeChat"])
def test_staff_are_no_agents_at_their_own_institution(world: World, known_by: str) -> None:
    (holder,) = strangers(world, 1)
    document = parse(IdType.RESIDENT, MAN.id_number, world.ports.today())
    member = Member("李建国", document=document) if known_by == "document" else Member("李建国", MAN.openid)
    who = staff.add(world.ports, world.institutions[0], member).staff_id
    verification = opened(world, holder)
    assert refused(begun(world, verification), 422, "agent_is_staff")
    url, phone = shown(world, verification), world.phone(STAFF)
    play.ok(phone.get(url))
    assert refused(phone.put(f"{url}/person", json=typed()), 422, "agent_is_staff")
    bought(world, MAN, person=typed())
    play.ok(begun(world, opened(world, holder, till=1), till=1), 201)
    staff.remove(world.ports, who)
    play.ok(begun(world, opened(world, holder)), 201)


def test_staff_are_no_agents_for_their_relatives_either(world: World) -> None:
    strangers(world, 0)
    staff.add(world.ports, world.institutions[0], Member("李建国", MAN.openid))
    assert refused(begun(world, opened(world, WIFE)), 422, "agent_is_staff")


def test_a_name_claimed_on_a_cashiers_phone_makes_nobody_staff(world: World) -> None:
    (holder,) = strangers(world, 1)
    known = {"name": MAN.name, "id_number": MAN.id_number}
    play.ok(world.phone(STAFF).post("/mp/v1/bindings", json=known), 201)
    play.ok(begun(world, opened(world, holder)), 201)


def test_three_unrelated_cardholders_a_month_over_all_institutions(world: World) -> None:
    one, two, three, four, five = strangers(world, 5)
    bought(world, one)
    bought(world, two, till=1)
    bought(world, three)
    for till in (0, 1):
        verification = opened(world, four, till)
        assert refused(begun(world, verification, till), 429, "agent_quota")
    url, phone = shown(world, opened(world, five)), world.phone(STAFF)
    play.ok(phone.get(url))
    assert refused(phone.put(f"{url}/person", json=typed()), 429, "agent_quota")
    bought(world, two)
    bought(world, WIFE, person=typed(relation="配偶"))
    bought(world, MAN, person=typed())


def test_the_month_ends_at_midnight_in_china(world: World) -> None:
    one, two, three, four = strangers(world, 4)
    for holder in (one, two, three):
        bought(world, holder)
    until(world, "2026-11-30T23:59:00+08:00")
    assert refused(begun(world, opened(world, four)), 429, "agent_quota")
    until(world, "2026-12-01T00:00:00+08:00")
    bought(world, four)
    bought(world, one)
    bought(world, two)
    assert refused(begun(world, opened(world, three)), 429, "agent_quota")


def test_a_purchase_passed_after_midnight_counts_for_the_new_month(world: World) -> None:
    rules(world, agent_quota=1)
    one, two = strangers(world, 2)
    until(world, "2026-11-30T23:59:30+08:00")
    play.ok(begun(world, opened(world, one)), 201)
    until(world, "2026-12-01T00:00:10+08:00")
    assert refused(begun(world, opened(world, two)), 429, "agent_quota")
    passed(world)
    assert refused(begun(world, opened(world, two)), 429, "agent_quota")


def test_running_attempts_count_against_the_quota(world: World) -> None:
    rules(world, agent_quota=1)
    one, two = strangers(world, 2)
    first, second = opened(world, one), opened(world, two)
    play.ok(begun(world, first), 201)
    assert refused(begun(world, second), 429, "agent_quota")
    play.ok(begun(world, first), 201)
    world.clock.tick(121)
    play.ok(begun(world, second), 201)
    play.ok(world.till().post(f"/v1/verifications/{second}/cancel", json={}))
    play.ok(begun(world, opened(world, one)), 201)


def test_a_purchase_by_documents_counts_too(world: World) -> None:
    rules(world, agent_quota=1)
    one, two = strangers(world, 2)
    verification = opened(world, one)
    play.ok(begun(world, verification), 201)
    proof = {"staff": "王", "document": "身份证", "reason": "核对"}
    play.ok(world.till().post(f"/v1/verifications/{verification}/bypass", json=proof), 201)
    assert receipt(world, verification)["agent"]["relation"] == "其他"
    assert refused(begun(world, opened(world, two)), 429, "agent_quota")
    play.ok(begun(world, opened(world, one)), 201)


def test_an_appealed_purchase_counts_too(world: World) -> None:
    rules(world, agent_quota=1)
    (other,) = strangers(world, 1)
    for institution in world.institutions:
        institutions.set_provider(world.ports, institution, Provider.OWN)
    holder = Insured(AGENT.name, AGENT.id_number, AGENT.openid, None)
    play.ok(begun(world, opened(world, holder)), 201)
    play.work(world.ports)
    scene, phone = world.wechat.sent[-1][1].split("scene=")[1], world.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.tried(world, phone, scene, WRONG)["outcome"] == "failed"
    play.ok(play.appealed(phone, scene), 201)
    assert refused(begun(world, opened(world, other)), 429, "agent_quota")


def test_cancelled_purchases_do_not_count_against_the_quota(world: World) -> None:
    rules(world, agent_quota=1)
    one, two = strangers(world, 2)
    verification = opened(world, one)
    play.ok(begun(world, verification), 201)
    play.ok(world.till().post(f"/v1/verifications/{verification}/cancel", json={}))
    bought(world, two)


def test_a_policy_may_forbid_agents_outside_the_family(world: World) -> None:
    rules(world, agent_quota=0)
    (holder,) = strangers(world, 1)
    assert refused(begun(world, opened(world, holder)), 429, "agent_quota")
    bought(world, WIFE, person=typed(relation="配偶"))


def test_a_parent_is_verified_for_a_child_by_push(world: World) -> None:
    strangers(world, 0)
    verification = opened(world, CHILD)
    child = {"channel": "push", "person_id": world.ids[CHILD.name]}
    answer = world.till().post(f"/v1/verifications/{verification}/attempts", json=child)
    assert refused(answer, 422, "guardian_needed")
    play.ok(begun(world, verification, person=typed(relation="父母"), checks=CHECKS), 201)
    passed(world)
    said = receipt(world, verification)
    assert said["guardian"] is True and said["agent"]["relation"] == "父母"
    assert said["person"]["person_id"] == world.ids[MAN.name]


def test_a_parent_is_verified_for_a_child_on_the_cashiers_phone(world: World) -> None:
    body = purchase(cardholder={"name": CHILD.name, "id_number": CHILD.id_number})
    verification = play.ok(world.till().post("/v1/verifications", json=body), 201)["id"]
    url, phone = shown(world, verification), world.phone(STAFF)
    (listed,) = play.ok(phone.get(url))["persons"]
    answer = phone.put(f"{url}/person", json={"person_id": listed["person_id"]})
    assert refused(answer, 422, "guardian_needed")
    play.ok(phone.put(f"{url}/person", json=typed(relation="父母") | {"checks": CHECKS}))
    scene = url.rsplit("/", 1)[1]
    play.agree(phone, scene)
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    said = receipt(world, verification)
    assert said["guardian"] is True and said["agent"]["person_id"] == world.ids[MAN.name]
