"""The same purchase on PostgreSQL, and every action twice concurrently."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from api.admin import audit, institutions, staff
from api.admin.staff import Member
from api.contacts import credits
from api.contacts.bindings import OPENIDS_PER_PERSON
from api.messaging.agent_notice import NoticeSender
from api.messaging.push import PushSender
from api.outbound import outbox
from api.policies import versions
from api.releases import actions, proposing
from api.verification import case as cases
from matcher.local import LocalMatcher
from models import tables
from models.domain import notice
from models.domain.appeal import OPEN_PER_PERSON
from models.domain.attempt import AttemptState
from models.domain.console.renewal import RenewalState
from models.domain.errors import Refusal
from models.domain.policy import Policy
from models.domain.provider import Provider
from models.domain.release.seen import Budget
from models.domain.verification import FAILURES_PER_PERSON_AND_DAY
from tests.support import acting, play, renewing
from tests.support import world as worlds
from tests.support.postgres import Postgres
from tests.support.world import ACTIONS, AES_KEY, CALLBACK_TOKEN, MAN, TEMPLATE, World, purchase
from wechat.callbacks import sealed


def at_once(action: Callable[[], Any], times: int = 2) -> list[Any]:
    """Run an action several times concurrently."""
    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(action) for _ in range(times)]]


def test_a_purchase_passes(either: World) -> None:
    verification = play.opened(either)
    scene = play.pushed(either, verification)
    phone = either.phone(MAN.openid)
    play.agree(phone, scene)
    assert play.tried(either, phone, scene)["outcome"] == "passed"
    assert play.state(either, verification)["receipt"]
    assert audit.check(either.ports).is_whole


def test_whoever_waited_for_a_case_decides_by_what_the_other_left(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    with world.ports.database.transaction() as db:
        before = db.scalars(select(tables.Attempt).where(tables.Attempt.scene == scene)).one()
        elsewhere = update(tables.Attempt).values(state=AttemptState.FAILED)
        db.execute(elsewhere, execution_options={"synchronize_session": False})
        assert before.state is AttemptState.WAITING
        assert cases.current(world.ports, db, verification).attempts[0].state is AttemptState.FAILED


def test_two_finishes_at_once_decide_once(either: World) -> None:
    verification = play.opened(either)
    scene = play.pushed(either, verification)
    phone = either.phone(MAN.openid)
    play.agree(phone, scene)
    challenge = play.draw(phone, scene)
    play.show(either, phone, challenge)
    url = f"/mp/v1/challenges/{challenge['challenge_id']}/finish"
    answers = at_once(lambda: either.phone(MAN.openid).post(url, json={}), 4)
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert {answer.json["outcome"] for answer in answers if answer.status_code == 200} == {"passed"}
    assert play.events(either, verification).count("attempt.passed") == 1


def test_of_two_concurrent_pushes_one_stays_live(either: World) -> None:
    verification = play.opened(either)
    wanted = {"channel": "push", "person_id": either.ids[MAN.name]}
    url = f"/v1/verifications/{verification}/attempts"
    answers = at_once(lambda: either.till().post(url, json=wanted), 4)
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(201) == 1 and set(statuses) <= {201, 429, 503}
    assert [attempt["state"] for attempt in play.state(either, verification)["attempts"]] == ["waiting"]


def test_cancel_and_bypass_at_once_end_it_once(either: World) -> None:
    verification = play.opened(either)
    url = f"/v1/verifications/{verification}"
    proof = {"staff": "王", "document": "身份证", "reason": "核对"}
    with ThreadPoolExecutor(2) as pool:
        cancel = pool.submit(lambda: either.till().post(f"{url}/cancel", json={}))
        bypass = pool.submit(lambda: either.till().post(f"{url}/bypass", json=proof))
        statuses = sorted([cancel.result().status_code, bypass.result().status_code])
    assert statuses in ([200, 409], [201, 409])
    ends = [kind for kind in play.events(either, verification) if kind.startswith("verification.")]
    assert len(ends) == 2


def test_one_order_opened_at_once_is_one_verification(either: World) -> None:
    answers = at_once(lambda: either.till().post("/v1/verifications", json=purchase()), 4)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 201 and set(statuses[1:]) <= {409, 503}


def test_the_first_purchases_of_a_counter_at_once_are_all_opened_and_counted(either: World) -> None:
    orders = iter([purchase(order_no=f"N-{number}", counter="new") for number in range(12)])
    answers = at_once(lambda: either.till().post("/v1/verifications", json=next(orders)), 12)
    assert [answer.status_code for answer in answers] == [201] * 12
    with either.ports.database.reading() as db:
        assert db.scalars(select(tables.GuessTally.asked)).all() == [12]


def test_one_receipt_redeemed_at_once_is_used_once(either: World) -> None:
    verification = play.opened(either)
    proof = {"staff": "王", "document": "身份证", "reason": "核对"}
    receipt = play.ok(either.till().post(f"/v1/verifications/{verification}/bypass", json=proof), 201)[
        "receipt"
    ]
    jti = worlds.claims(receipt)["jti"]
    numbers = iter(["S-1", "S-2", "S-3"])
    url = f"/v1/receipts/{jti}/redeem"
    answers = at_once(
        lambda: either.till().post(url, json={"settlement_no": next(numbers), "amount_fen": 100}), 3
    )
    assert sorted(answer.status_code for answer in answers) in (
        [200, 409, 409],
        [200, 409, 503],
        [200, 503, 503],
    )


def test_one_callback_at_once_is_one_fact(either: World) -> None:
    at = int(either.clock.now().timestamp())
    told = {
        "FromUserName": MAN.openid, "CreateTime": at, "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "List": {"TemplateId": TEMPLATE, "SubscribeStatusString": "accept"},
    }  # fmt: skip
    nonces = iter(["same", "same", "other", "third"])

    def told_once() -> int:
        document = json.dumps(told).encode()
        query, body = sealed(CALLBACK_TOKEN, AES_KEY, "wx-test", document, next(nonces), at)
        return either.app.test_client().post("/wechat/callback", query_string=query, data=body).status_code

    assert set(at_once(told_once, 4)) <= {200, 503}
    index = either.ports.vault.index("openid", MAN.openid)
    assert credits.ledger(either.ports, index).credits == 1


def test_two_workers_at_once_send_one_message(either: World) -> None:
    verification = play.opened(either)
    play.attempt(either, verification, channel="push", person_id=either.ids[MAN.name])
    with either.ports.database.reading() as db:
        delivery = db.scalars(select(tables.Delivery.id)).one()
    at_once(lambda: outbox.send(either.ports, PushSender(), delivery), 4)
    assert len(either.wechat.sent) == 1
    assert play.events(either, verification).count("attempt.delivered") == 1


def test_digits_used_at_once_are_good_for_one_phone(either: World) -> None:
    url = f"/v1/verifications/{play.opened(either)}/till-code"
    code = play.ok(either.till().post(url, json={}))["till_code"]
    typed = {"name": MAN.name, "id_number": MAN.id_number, "till_code": code}
    phones = [either.phone(f"openid-{number}") for number in range(3)]
    waiting = iter(phones)
    answers = at_once(lambda: next(waiting).post("/mp/v1/bindings", json=typed), 3)
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    assert [answer.status_code for answer in answers].count(201) <= 1
    with either.ports.database.reading() as db:
        assert db.scalars(select(tables.Binding.proof)).all().count("till") <= 1


def test_wechats_answer_asked_for_at_once_decides_once(either: World) -> None:
    institutions.set_provider(either.ports, either.institutions[0], Provider.WECHAT)
    verification = play.opened(either)
    scene = play.pushed(either, verification)
    play.agree(either.phone(MAN.openid), scene, notice_version=notice.IN_FORCE[Provider.WECHAT])
    url = f"/mp/v1/attempts/{scene}/native"
    begun = at_once(lambda: either.phone(MAN.openid).post(url), 3)
    assert {answer.status_code for answer in begun} <= {200, 503}
    assert len({answer.json["verify_id"] for answer in begun if answer.status_code == 200}) == 1
    either.wechat.faces[MAN.openid] = 10000
    answers = at_once(lambda: either.phone(MAN.openid).post(f"{url}/finish"), 4)
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert {answer.json["outcome"] for answer in answers if answer.status_code == 200} == {"passed"}
    assert play.events(either, verification).count("attempt.passed") == 1


def test_an_agent_at_two_counters_at_once_stays_within_the_quota(either: World) -> None:
    one, two, three = acting.strangers(either, 3)
    rules = Policy(
        pad_required=False, colour_own_phone=False, action_pool=ACTIONS, action_count=1, agent_quota=2
    )
    versions.enact(either.ports, rules, author="a", approver="b")
    acting.bought(either, one)
    waiting = iter([(acting.opened(either, two), 0), (acting.opened(either, three, 1), 1)] * 2)
    answers = at_once(lambda: acting.begun(either, *next(waiting)), 4)
    begun = {answer.json["attempt_id"] for answer in answers if answer.status_code == 201}
    assert {answer.status_code for answer in answers} <= {201, 429, 503} and begun
    with either.ports.database.reading() as db:
        held = select(tables.Verification.cardholder_id).join(
            tables.Attempt, tables.Attempt.verification_id == tables.Verification.id
        )
        assert len(set(db.scalars(held.where(tables.Attempt.id.in_(begun))))) == 1


def test_a_purchase_disputed_at_once_is_disputed_once(either: World) -> None:
    (holder,) = acting.strangers(either, 1)
    verification = acting.bought(either, holder)
    (row,) = play.ok(either.phone(holder.openid).get("/mp/v1/me/agents"))["agents"]
    url = f"/mp/v1/me/agents/{row['agency_id']}/dispute"
    answers = at_once(lambda: either.phone(holder.openid).post(url, json={}), 4)
    assert {answer.status_code for answer in answers} <= {201, 503}
    assert play.events(either, verification).count("agent.disputed") == 1


def test_yes_and_no_to_a_new_reference_at_once_are_one_answer(either: World) -> None:
    renewal = renewing.offered(either)
    said = iter(["yes", "no"] * 2)
    url = f"/mp/v1/me/renewals/{renewal}"
    answers = at_once(lambda: either.phone(MAN.openid).post(url, json={"answer": next(said)}), 4)
    assert {answer.status_code for answer in answers} <= {200, 409, 503}
    assert len({answer.json["state"] for answer in answers if answer.status_code == 200}) == 1
    row = renewing.row(either, renewal)
    assert [one.id == row.photo_id for one in renewing.used(either)] == [row.state is RenewalState.ACCEPTED]


def test_a_notice_sent_by_two_workers_at_once_is_sent_once(either: World) -> None:
    given = either.ports.settings.model_copy(update={"wechat_agent_template_id": "template-agents"})
    either.ports = replace(either.ports, settings=given)
    either.app.extensions["ports"] = either.ports
    (holder,) = acting.strangers(either, 1)
    acting.bought(either, holder)
    with either.ports.database.reading() as db:
        delivery = db.scalars(select(tables.Delivery.id).where(tables.Delivery.kind == "notice")).one()
    at_once(lambda: outbox.send(either.ports, NoticeSender(), delivery), 4)
    assert [sent[0] for sent in either.wechat.sent].count(holder.openid) == 1


def test_one_staff_code_used_at_once_is_good_for_one_wechat(either: World) -> None:
    given = staff.add(either.ports, either.institutions[0], Member("周班"))
    waiting = iter([either.phone(f"openid-{number}") for number in range(3)])
    answers = at_once(lambda: next(waiting).post("/mp/v1/staff", json={"code": given.code}), 3)
    assert {answer.status_code for answer in answers} <= {201, 422, 503}
    assert [answer.status_code for answer in answers].count(201) == 1


@pytest.mark.postgres
def test_nothing_is_anchored_before_what_may_still_commit_below_it(
    postgres: Postgres, tmp_path: Path, matcher: LocalMatcher
) -> None:
    with postgres.database() as url:
        worlds.populate(tmp_path, matcher, url)
        made = worlds.composed(tmp_path, worlds.compose(tmp_path, matcher, seed=2, url=url))
        with made.ports.database.engine.connect() as late:
            late.execute(select(func.pg_current_xact_id()))
            play.opened(made)
            assert audit.write(made.ports) == 0
            late.commit()
        assert audit.write(made.ports) == 1
        assert audit.check(made.ports).is_whole
        made.app.extensions["feed"].close()
        made.ports.database.dispose()


FIFTY = 50


def copies(either: World, state: AttemptState) -> list[str]:
    """Return the scenes of fifty purchases by MAN, each with its own cashier, verified by WeChat."""
    institutions.set_provider(either.ports, either.institutions[0], Provider.WECHAT)
    scene = play.pushed(either, play.opened(either))
    play.agree(either.phone(MAN.openid), scene, notice_version=notice.IN_FORCE[Provider.WECHAT])
    with either.ports.database.transaction() as db:
        attempt = db.scalars(select(tables.Attempt).where(tables.Attempt.scene == scene)).one()
        verification = db.get_one(tables.Verification, attempt.verification_id)
        for number in range(FIFTY):
            own = {"id": f"vrf_{number}", "order_no": f"C-{number}", "popup_hash": f"{number}"}
            db.add(tables.Verification(**columns(verification) | own | {"cashier_id": f"c{number}"}))
            db.flush()
            moved = {"state": state, "failed_at": either.clock.now(), "appealable": True}
            own = {"id": f"att_{number}", "verification_id": f"vrf_{number}", "scene": f"scene-{number}"}
            db.add(tables.Attempt(**columns(attempt) | own | moved))
    return [f"scene-{number}" for number in range(FIFTY)]


def columns(row: Any) -> dict[str, Any]:
    """Return a row's values by column."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def surely(ask: Callable[[], Any]) -> Any:
    """Repeat a request while the service is busy."""
    while (answer := ask()).status_code == 503:
        time.sleep(0.05)
    return answer


def test_fifty_failures_at_once_stay_within_the_persons_day(either: World) -> None:
    waiting = iter([(scene, either.phone(MAN.openid)) for scene in copies(either, AttemptState.CONSENTED)])
    either.wechat.faces[MAN.openid] = 10004

    def fail() -> int:
        scene, phone = next(waiting)
        url = f"/mp/v1/attempts/{scene}/native"
        begun = surely(lambda: phone.post(url))
        return surely(lambda: phone.post(f"{url}/finish")).status_code if begun.status_code == 200 else 0

    assert at_once(fail, FIFTY).count(200) == FAILURES_PER_PERSON_AND_DAY
    with either.ports.database.reading() as db:
        assert len(db.scalars(select(tables.Decision.outcome)).all()) == FAILURES_PER_PERSON_AND_DAY


def test_of_fifty_appeals_at_once_two_are_lodged(either: World) -> None:
    waiting = iter([(scene, either.phone(MAN.openid)) for scene in copies(either, AttemptState.FAILED)])

    def lodge() -> int:
        scene, phone = next(waiting)
        return int(surely(lambda: play.appealed(phone, scene)).status_code)

    assert sorted(at_once(lodge, FIFTY)) == [201] * OPEN_PER_PERSON + [429] * (FIFTY - OPEN_PER_PERSON)


def test_of_fifty_bindings_at_once_a_person_keeps_five(either: World) -> None:
    waiting = iter([either.phone(f"openid-{number}") for number in range(FIFTY)])
    said = {"name": MAN.name, "id_number": MAN.id_number}

    def bind() -> None:
        phone = next(waiting)
        surely(lambda: phone.post("/mp/v1/bindings", json=said))

    at_once(bind, FIFTY)
    of_man = tables.Binding.person_id == either.ids[MAN.name], tables.Binding.revoked_at.is_(None)
    with either.ports.database.reading() as db:
        assert len(db.scalars(select(tables.Binding.id).where(*of_man)).all()) == OPENIDS_PER_PERSON


def test_of_two_approvers_at_once_one_approves(either: World) -> None:
    versions.enact(either.ports, Policy(), author="installation", approver="installation")
    release = proposing.propose(either.ports, "opr_li", {"score_min": 0.48}, "少放亲属", Budget())
    names = iter(("opr_wang", "opr_zhao"))

    def approve() -> str:
        try:
            actions.approve(either.ports, next(names), release.id)
        except Refusal as refusal:
            return refusal.code
        return "approved"

    assert at_once(approve).count("approved") == 1
    with either.ports.database.reading() as db:
        kinds = db.scalars(select(tables.Act.kind)).all()
    assert kinds.count("release.approved") == 1
