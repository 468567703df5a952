"""The insured gets a push on their own WeChat and films themselves."""

from datetime import timedelta

import pytest
from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from api.contacts import credits
from models import tables
from models.domain.subscription import Fact, FactKind
from scripts.demo.film import Film
from tests.support import play
from tests.support.world import MAN, STAFF, TEMPLATE, WRONG, World, purchase
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused, WeChatUnknown


def test_the_insured_passes_and_the_till_gets_a_receipt(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    result = play.tried(world, phone, scene)
    assert (result["outcome"], result["reason"], result["state"]) == ("passed", "ok", "passed")
    read = play.state(world, verification)
    assert read["state"] == "passed"
    claims = _claims(world, read["receipt"])
    assert claims["aud"] == world.institutions[0]
    assert claims["order_no"] == "A-1" and claims["amount_fen"] == 12850
    assert claims["person"] == {"person_id": world.ids[MAN.name], "relation": "本人"}
    assert claims["result"] == "passed" and claims["channel"] == "push"


def _claims(world: World, receipt: str) -> dict:
    keys = KeySet.import_key_set(play.ok(world.app.test_client().get("/.well-known/jwks.json")))
    payload = jws.deserialize_compact(receipt, keys, algorithms=["ES256"]).payload
    return world.app.json.loads(payload)


def test_the_receipt_is_the_same_bytes_on_every_read(world: World) -> None:
    verification = play.opened(world)
    play.ok(
        world.till().post(
            f"/v1/verifications/{verification}/bypass",
            json={"staff": "王店长", "document": "身份证", "reason": "核对原件"},
        ),
        201,
    )
    assert len({play.state(world, verification)["receipt"] for _ in range(3)}) == 1


def test_the_message_names_the_institution_and_the_sum_and_nobody_else(world: World) -> None:
    play.pushed(world, play.opened(world))
    (openid, page, data) = world.wechat.sent[0]
    assert openid == MAN.openid
    assert page.startswith("pages/verify/verify?scene=")
    assert "第一药房" in data.values() and "128.50" in data.values()
    assert MAN.name not in str(data) and MAN.id_number not in str(data)


def test_another_persons_film_fails_then_an_appeal_lets_the_purchase_go_on(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    first = play.tried(world, phone, scene, WRONG)
    assert first["outcome"] == "failed" and first["tries_left"] == 2
    assert first["appeal"]["allowed"]
    second = play.tried(world, phone, scene, Film(WRONG.file, 6.0, 4.0))
    assert second["outcome"] == "failed" and second["tries_left"] == 1
    lodged = play.ok(play.appealed(phone, scene), 201)
    assert lodged["state"] == "appealed" and lodged["appeal_state"] == "lodged"
    read = play.state(world, verification)
    assert read["state"] == "appealed"
    assert _claims(world, read["receipt"])["result"] == "appealed"


def test_an_appeal_lodged_twice_is_one_appeal(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    first, second = (play.ok(play.appealed(phone, scene), 201) for _ in range(2))
    assert first["appeal_id"] == second["appeal_id"]


def test_the_right_man_may_still_pass_after_a_failure(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.tried(world, phone, scene, WRONG)["outcome"] == "failed"
    assert play.tried(world, phone, scene)["outcome"] == "passed"
    assert play.state(world, verification)["state"] == "passed"
    assert play.appealed(phone, scene).status_code == 409


def test_frames_that_passed_are_refused_the_next_time(world: World) -> None:
    phone = world.phone(MAN.openid)
    outcomes = []
    for order in ("A-1", "A-2"):
        scene = play.pushed(world, play.opened(world, order_no=order))
        play.agree(phone, scene)
        result = play.tried(world, phone, scene)
        outcomes.append((result["outcome"], result["reason"]))
    assert outcomes == [("passed", "ok"), ("failed", "frames_seen_before")]


def test_the_till_sees_each_step_of_the_story(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene)
    assert play.events(world, verification) == [
        "verification.opened",
        "attempt.waiting",
        "attempt.delivered",
        "attempt.opened",
        "attempt.consented",
        "attempt.challenged",
        "attempt.captured",
        "attempt.passed",
        "verification.passed",
    ]


def test_an_unbound_phone_cannot_see_a_push(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    for stranger in ("openid-wife", STAFF, "openid-nobody"):
        assert world.phone(stranger).get(f"/mp/v1/attempts/{scene}").status_code == 404


def test_a_push_that_wechat_refuses_is_undeliverable_with_its_reason(world: World) -> None:
    verification = play.opened(world)
    world.wechat.fail = WeChatRefused(43101)
    play.attempt(world, verification, channel="push", person_id=world.ids[MAN.name])
    play.work(world.ports)
    (attempt,) = play.state(world, verification)["attempts"]
    assert (attempt["state"], attempt["reason"]) == ("undeliverable", "not_subscribed")


@pytest.mark.parametrize("failure", [WeChatBusy(), OperationalError("select token", {}, Exception())])
def test_a_push_is_repeated_where_nothing_was_sent(world: World, failure: Exception) -> None:
    verification = play.opened(world)
    world.wechat.fail = failure
    play.attempt(world, verification, channel="push", person_id=world.ids[MAN.name])
    play.work(world.ports)
    world.wechat.fail = None
    world.clock.tick(2)
    play.work(world.ports)
    assert len(world.wechat.sent) == 1
    assert "attempt.delivered" in play.events(world, verification)


def test_a_push_with_unknown_delivery_is_never_repeated(world: World) -> None:
    verification = play.opened(world)
    world.wechat.fail = WeChatUnknown()
    play.attempt(world, verification, channel="push", person_id=world.ids[MAN.name])
    play.work(world.ports)
    world.wechat.fail = None
    for _ in range(5):
        world.clock.tick(20)
        play.work(world.ports)
    assert world.wechat.sent == []
    assert "attempt.delivery_unknown" in play.events(world, verification)


def test_the_phone_may_report_the_panels_result(world: World) -> None:
    phone = world.phone(MAN.openid)
    told = {"template_id": TEMPLATE, "result": "accept"}
    assert play.ok(phone.post("/mp/v1/subscriptions", json=told)) == {"accepted": True}


OUTCOMES = [
    (WeChatRefused(43101), "undeliverable", "not_subscribed"),
    (WeChatRefused(40003), "undeliverable", "refused_by_wechat"),
    (WeChatRefused(41030), "undeliverable", "wechat_misconfigured"),
    (WeChatRefused(40037), "undeliverable", "wechat_misconfigured"),
    (WeChatRefused(47003), "undeliverable", "wechat_misconfigured"),
    (WeChatRefused(40164), "undeliverable", "wechat_misconfigured"),
    (WeChatBusy(), "waiting", None),
    (WeChatUnknown(), "waiting", None),
]


@pytest.mark.parametrize(("error", "state", "reason"), OUTCOMES)
def test_a_pushs_result_is_recorded(world: World, error: WeChatError, state: str, reason: str | None) -> None:
    verification = play.opened(world)
    world.wechat.fail = error
    play.attempt(world, verification, channel="push", person_id=world.ids[MAN.name])
    play.work(world.ports)
    (attempt,) = play.state(world, verification)["attempts"]
    assert (attempt["state"], attempt["reason"]) == (state, reason)
    world.wechat.fail = None
    world.clock.tick(40)
    play.work(world.ports)
    assert len(world.wechat.sent) == isinstance(error, WeChatBusy)


def test_a_push_without_a_binding_is_undeliverable(world: World) -> None:
    with world.ports.database.transaction() as db:
        db.query(tables.Binding).update({"revoked_at": world.clock.now()})
    verification = play.opened(world)
    play.attempt(world, verification, channel="push", person_id=world.ids[MAN.name])
    play.work(world.ports)
    (attempt,) = play.state(world, verification)["attempts"]
    assert (attempt["state"], attempt["reason"]) == ("undeliverable", "not_bound")


def test_a_binding_revoked_meanwhile_gets_nothing(world: World) -> None:
    verification = play.opened(world)
    play.attempt(world, verification, channel="push", person_id=world.ids[MAN.name])
    phone = world.phone(MAN.openid)
    (binding,) = play.ok(phone.get("/mp/v1/me/bindings"))["bindings"]
    phone.delete(f"/mp/v1/me/bindings/{binding['binding_id']}")
    play.work(world.ports)
    assert world.wechat.sent == []
    assert play.state(world, verification)["attempts"][0]["reason"] == "not_bound"


def test_an_outage_of_wechat_is_shown_before_the_deadline(world: World) -> None:
    verification = play.opened(world)
    world.wechat.fail = WeChatBusy()
    play.attempt(world, verification, channel="push", person_id=world.ids[MAN.name])
    for _ in range(119):
        play.work(world.ports)
        world.clock.tick(1)
    (attempt,) = play.state(world, verification)["attempts"]
    assert (attempt["state"], attempt["reason"]) == ("undeliverable", "wechat_unavailable")
    with world.ports.database.reading() as db:
        assert db.scalars(select(tables.Delivery.tries)).one() == 8


def test_nobody_is_pushed_to_again_within_30_seconds_at_any_till(world: World) -> None:
    play.pushed(world, play.opened(world))
    wanted = {"channel": "push", "person_id": world.ids[MAN.name]}
    world.clock.tick(10)
    for till in (0, 1):
        other = play.ok(world.till(till).post("/v1/verifications", json=purchase(order_no="B-1")), 201)["id"]
        url = f"/v1/verifications/{other}/attempts"
        refused = world.till(till).post(url, json=wanted, headers={"Idempotency-Key": "k"})
        play.refused(refused, 429, "rate_limited")
        assert refused.headers["Retry-After"] == "20"
        assert world.till(till).post(url, json={"channel": "qr"}).status_code == 201
    world.clock.tick(20)
    again = world.till(1).post(url, json=wanted, headers={"Idempotency-Key": "k"})
    assert again.status_code == 201


def test_after_consent_or_a_failed_push_a_new_push_is_allowed_at_once(world: World) -> None:
    world.wechat.fail = WeChatRefused(43101)
    play.attempt(world, play.opened(world), channel="push", person_id=world.ids[MAN.name])
    play.work(world.ports)
    world.wechat.fail = None
    scene = play.pushed(world, play.opened(world, order_no="B-1"))
    play.agree(world.phone(MAN.openid), scene)
    assert play.pushed(world, play.opened(world, order_no="B-2"))


def test_after_consent_a_new_push_is_allowed_although_the_till_cancelled(world: World) -> None:
    first = play.opened(world)
    play.agree(world.phone(MAN.openid), play.pushed(world, first))
    play.ok(world.till().post(f"/v1/verifications/{first}/cancel", json={}))
    assert play.pushed(world, play.opened(world, order_no="B-1"))


def test_a_second_push_makes_the_first_links_scene_superseded(world: World) -> None:
    verification = play.opened(world)
    first = play.pushed(world, verification)
    world.clock.tick(30)
    second = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    assert play.ok(phone.get(f"/mp/v1/attempts/{first}"))["state"] == "superseded"
    assert play.ok(phone.get(f"/mp/v1/attempts/{second}"))["state"] == "opened"
    assert world.phone(STAFF).get(f"/mp/v1/attempts/{first}").status_code == 410


def test_a_worker_killed_during_the_call_never_sends_again(world: World) -> None:
    verification = play.opened(world)
    play.attempt(world, verification, channel="push", person_id=world.ids[MAN.name])
    with world.ports.database.transaction() as db:
        row = db.scalars(select(tables.Delivery)).one()
        row.state, row.next_at = "sending", world.clock.now() + timedelta(seconds=30)
    for _ in range(4):
        play.work(world.ports)
        world.clock.tick(15)
    assert world.wechat.sent == []
    assert play.events(world, verification).count("attempt.delivery_unknown") == 1


def test_a_refusal_for_want_of_credit_corrects_the_ledger(world: World) -> None:
    index = world.ports.vault.index("openid", MAN.openid)
    with world.ports.database.transaction() as db:
        allowed = Fact(FactKind.ACCEPTED, world.clock.now() - timedelta(days=1))
        credits.learn(world.ports, db, index, TEMPLATE, allowed)
    assert credits.ledger(world.ports, index).credits == 1
    world.wechat.fail = WeChatRefused(43101)
    play.attempt(world, play.opened(world), channel="push", person_id=world.ids[MAN.name])
    play.work(world.ports)
    assert credits.ledger(world.ports, index).credits == 0
