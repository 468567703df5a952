"""The card-holder learns of agents' purchases and may dispute them (不是我授权的)."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.appeals import disputes
from api.appeals.disputes import Judge
from models import tables
from models.domain.agent import Finding
from models.domain.errors import Absent, Conflict
from models.domain.person import Proof
from tests.support import play
from tests.support.acting import begun, bought, opened, passed, private, refused, strangers, typed
from tests.support.world import MAN, WIFE, Insured, World, claims
from wechat.errors import WeChatBusy, WeChatRefused, WeChatUnknown

JUDGE = Judge("opr_x", "王审核")

TEMPLATE = "template-agents"


def seen(phone: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = play.ok(phone.get("/mp/v1/me/agents"))["agents"]
    return found


def notices(world: World) -> list[tuple[str, str, dict[str, str]]]:
    """Return the messages that are not pushes."""
    return [sent for sent in world.wechat.sent if "scene=" not in sent[1]]


def told(world: World) -> str:
    """Return the notice's state in the outbox."""
    with world.ports.database.reading() as db:
        return db.scalars(select(tables.Delivery.state).where(tables.Delivery.kind == "notice")).one()


def proofs(world: World, proof: Proof, openid: str) -> None:
    with world.ports.database.transaction() as db:
        index = world.ports.vault.index("openid", openid)
        db.query(tables.Binding).filter_by(openid_index=index).update({"proof": proof})


@pytest.fixture
def templated(world: World) -> World:
    """Return an installation with a template for notices."""
    given = world.ports.settings.model_copy(update={"wechat_agent_template_id": TEMPLATE})
    world.ports = replace(world.ports, settings=given)
    world.app.extensions["ports"] = world.ports
    return world


def test_the_cardholder_sees_who_bought_where_and_for_how_much(world: World) -> None:
    (holder,) = strangers(world, 1)
    bought(world, holder, person=typed(relation="护工"))
    (one,) = seen(world.phone(holder.openid))
    assert one["agent"] == {"name": "李*国", "relation": "护工"}
    assert (one["institution"], one["amount_fen"], one["result"]) == ("第一药房", 12850, "passed")
    assert one["disputed_at"] is None and MAN.id_number not in str(one)
    assert seen(world.phone(MAN.openid)) == []


def test_bypassed_and_appealed_purchases_are_listed_too(world: World) -> None:
    (holder,) = strangers(world, 1)
    verification = opened(world, holder)
    play.ok(begun(world, verification), 201)
    proof = {"staff": "王", "document": "身份证", "reason": "核对"}
    play.ok(world.till().post(f"/v1/verifications/{verification}/bypass", json=proof), 201)
    (one,) = seen(world.phone(holder.openid))
    assert one["result"] == "bypassed"


@pytest.mark.parametrize("begin", [True, False])
def test_documents_of_another_person_make_an_agents_purchase(world: World, begin: bool) -> None:
    verification = play.opened(world)
    if begin:
        play.ok(begun(world, verification, person=None, person_id=world.ids[MAN.name]), 201)
    proof = {"staff": "王", "document": "身份证", "reason": "核对", "person_id": world.ids[WIFE.name]}
    url = f"/v1/verifications/{verification}/bypass"
    assert refused(world.till().post(url, json=proof | {"person_id": "per_none"}), 422, "person_not_found")
    receipt = claims(play.ok(world.till().post(url, json=proof), 201)["receipt"])
    assert receipt["person"] == {"person_id": world.ids[WIFE.name], "relation": "配偶"}
    assert receipt["agent"]["relation"] == "配偶" and receipt["provider"] == "documents"
    (one,) = seen(world.phone(MAN.openid))
    assert (one["agent"]["relation"], one["result"]) == ("配偶", "bypassed")


@pytest.mark.parametrize("proof", [Proof.CLAIMED, Proof.TILL])
def test_a_phone_with_an_unproven_binding_sees_no_purchases(world: World, proof: Proof) -> None:
    (holder,) = strangers(world, 1)
    bought(world, holder)
    (one,) = seen(world.phone(holder.openid))
    proofs(world, proof, holder.openid)
    phone = world.phone(holder.openid)
    assert refused(phone.get("/mp/v1/me/agents"), 403, "recent_pass_needed")
    url = f"/mp/v1/me/agents/{one['agency_id']}/dispute"
    assert refused(phone.post(url, json={}), 403, "recent_pass_needed")
    proofs(world, Proof.FACE, holder.openid)
    assert len(seen(phone)) == 1


def test_a_pass_identifies_the_phones_owner_for_ten_minutes(world: World) -> None:
    strangers(world, 0)
    bought(world, MAN, person=typed())
    proofs(world, Proof.CLAIMED, MAN.openid)
    phone = world.phone(MAN.openid)
    assert seen(phone) == []
    world.clock.tick(601)
    assert refused(phone.get("/mp/v1/me/agents"), 403, "recent_pass_needed")


def test_a_purchase_is_disputed_once(world: World) -> None:
    (holder,) = strangers(world, 1)
    verification = bought(world, holder)
    phone = world.phone(holder.openid)
    (one,) = seen(phone)
    url = f"/mp/v1/me/agents/{one['agency_id']}/dispute"
    first = play.ok(phone.post(url, json={"statement": "我没有委托任何人。"}), 201)
    world.clock.tick(60)
    again = play.ok(phone.post(url, json={"statement": "再说一次"}), 201)
    assert first == again == seen(phone)[0] and first["disputed_at"] is not None
    assert play.events(world, verification).count("agent.disputed") == 1
    kept = private(world, verification, "agent.disputed")
    assert kept == {"openid": holder.openid, "statement": "我没有委托任何人。"}
    assert play.state(world, verification)["state"] == "passed"


def test_a_finding_is_shown_on_the_phone_and_changes_no_purchase(world: World) -> None:
    (holder,) = strangers(world, 1)
    verification = bought(world, holder)
    phone = world.phone(holder.openid)
    agency_id = seen(phone)[0]["agency_id"]
    conclude = partial(disputes.conclude, world.ports, agency_id, Finding.UNAUTHORISED, JUDGE)
    with pytest.raises(Conflict, match="not disputed"):
        conclude("没有人说过")
    play.ok(phone.post(f"/mp/v1/me/agents/{agency_id}/dispute", json={}), 201)
    assert [one.row.id for one in disputes.disputed(world.ports)] == [agency_id]
    conclude("签名不是本人")
    assert seen(phone)[0]["finding"] == "unauthorised"
    assert disputes.disputed(world.ports) == []
    assert [one.row.id for one in disputes.disputed(world.ports, concluded=True)] == [agency_id]
    with pytest.raises(Conflict, match="before"):
        conclude("再看一次")
    assert play.events(world, verification).count("agent.concluded") == 1
    kept = private(world, verification, "agent.concluded")
    assert kept == {"finding": "unauthorised", "reviewer": "王审核"}
    assert play.state(world, verification)["state"] == "passed"
    with pytest.raises(Absent):
        disputes.conclude(world.ports, "agc_none", Finding.AUTHORISED, JUDGE, "没有")


def test_only_the_card_holder_can_dispute_a_purchase(world: World) -> None:
    one, two = strangers(world, 2)
    bought(world, one)
    (row,) = seen(world.phone(one.openid))
    for openid in (two.openid, MAN.openid):
        answer = world.phone(openid).post(f"/mp/v1/me/agents/{row['agency_id']}/dispute", json={})
        assert answer.status_code == 404
    assert world.phone(one.openid).post("/mp/v1/me/agents/agc_none/dispute", json={}).status_code == 404
    assert seen(world.phone(one.openid))[0]["disputed_at"] is None


@pytest.mark.parametrize("statement", ["", "  ", "长" * 501, 5])
def test_a_statement_of_another_form_is_malformed(world: World, statement: object) -> None:
    (holder,) = strangers(world, 1)
    bought(world, holder)
    phone = world.phone(holder.openid)
    url = f"/mp/v1/me/agents/{seen(phone)[0]['agency_id']}/dispute"
    assert phone.post(url, json={"statement": statement}).status_code == 400


def test_the_export_lists_agents_purchases(world: World) -> None:
    strangers(world, 0)
    bought(world, MAN, person=typed())
    assert play.ok(world.phone(MAN.openid).get("/mp/v1/me/export"))["agents"] == []


def test_the_cardholder_is_told_on_their_own_wechat(templated: World) -> None:
    (holder,) = strangers(templated, 1)
    bought(templated, holder)
    assert notices(templated) == []
    play.work(templated.ports)
    play.work(templated.ports)
    ((openid, page, data),) = notices(templated)
    assert openid == holder.openid and page == "pages/agents/agents" and told(templated) == "delivered"
    assert {"第一药房", "128.50"} <= set(data.values()) and "2026年11月24日 10:00" in data.values()
    assert MAN.name not in str(data) and holder.name not in str(data)


def test_no_notice_without_a_template_or_for_an_own_purchase(world: World, templated: World) -> None:
    strangers(templated, 0)
    bought(templated, MAN, person=typed())
    play.work(templated.ports)
    assert notices(templated) == []


def test_without_a_template_the_purchase_is_only_listed(world: World) -> None:
    (holder,) = strangers(world, 1)
    bought(world, holder)
    play.work(world.ports)
    assert notices(world) == [] and len(seen(world.phone(holder.openid))) == 1


@pytest.mark.parametrize("proof", [Proof.CLAIMED, Proof.TILL])
def test_no_notice_goes_to_an_unproven_binding(templated: World, proof: Proof) -> None:
    (holder,) = strangers(templated, 1)
    proofs(templated, proof, holder.openid)
    bought(templated, holder)
    play.work(templated.ports)
    assert notices(templated) == [] and told(templated) == "dead"


def test_no_notice_goes_to_the_phone_used_at_the_counter(templated: World) -> None:
    (holder,) = strangers(templated, 1)
    known = {"name": holder.name, "id_number": holder.id_number}
    play.ok(templated.phone(MAN.openid).post("/mp/v1/bindings", json=known), 201)
    proofs(templated, Proof.FACE, MAN.openid)
    bought(templated, holder)
    play.work(templated.ports)
    assert [notice[0] for notice in notices(templated)] == [holder.openid]


@pytest.mark.parametrize(
    ("error", "state", "later"),
    [
        (WeChatBusy(), "retry", "delivered"),
        (WeChatUnknown(), "unknown", "unknown"),
        (WeChatRefused(43101), "dead", "dead"),
    ],
)
def test_a_failed_notice_never_affects_the_purchase(
    templated: World, error: Exception, state: str, later: str
) -> None:
    (holder,) = strangers(templated, 1)
    verification = bought(templated, holder)
    templated.wechat.fail = error
    play.work(templated.ports)
    assert told(templated) == state
    templated.wechat.fail = None
    templated.clock.tick(2)
    play.work(templated.ports)
    assert told(templated) == later
    assert play.state(templated, verification)["state"] == "passed"


def test_a_worker_that_died_during_the_call_does_not_send_twice(templated: World) -> None:
    (holder,) = strangers(templated, 1)
    bought(templated, holder)
    with templated.ports.database.transaction() as db:
        db.query(tables.Delivery).filter_by(kind="notice").update({"state": "sending"})
    play.work(templated.ports)
    assert notices(templated) == [] and told(templated) == "unknown"


def test_the_phone_may_subscribe_to_notices(templated: World) -> None:
    person: Insured = MAN
    body = {"template_id": TEMPLATE, "result": "accept"}
    answer = play.ok(templated.phone(person.openid).post("/mp/v1/subscriptions", json=body))
    assert answer == {"accepted": True}


def test_the_last_agent_of_a_purchase_is_recorded(world: World) -> None:
    (holder,) = strangers(world, 1)
    verification = opened(world, holder)
    play.ok(begun(world, verification, person=typed(relation="护工")), 201)
    play.ok(begun(world, verification, person=typed(relation="其他")), 201)
    passed(world)
    (one,) = seen(world.phone(holder.openid))
    assert one["agent"]["relation"] == "其他"
