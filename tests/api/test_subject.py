"""A person's access to, withdrawal and deletion of their data."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from api.acts import checking
from api.admin import audit, enrolment
from api.admin.enrolment import Entry
from api.capture import challenge, consent
from api.capture.consent import Answer
from api.console.lists import table
from api.console.lists.registry import LISTS
from api.console.lists.table import Query
from api.contacts import credits
from api.policies import versions
from api.privacy import requests
from api.settings import Profile
from models import tables
from models.domain import notice
from models.domain.attempt import AttemptState
from models.domain.errors import Conflict, Invalid, Malformed
from models.domain.identity.idnumber import IdType
from models.domain.notice import Part
from models.domain.person import Proof, User
from models.domain.policy import Policy
from models.domain.subscription import Fact, FactKind, Ledger
from scripts.demo.film import samples
from tests.support import play
from tests.support.world import MAN, TEMPLATE, WIFE, WRONG, World


@pytest.fixture
def proven(world: World):
    """Return a phone whose owner has just passed."""
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene)
    return phone


def test_production_wants_an_answer_to_each_part_of_the_notice(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    play.ok(world.phone(MAN.openid).get(f"/mp/v1/attempts/{scene}"))
    settings = world.ports.settings.model_copy(update={"profile": Profile.PRODUCTION})
    production = replace(world.ports, settings=settings)
    user = User(MAN.openid, world.ports.vault.index("openid", MAN.openid))
    for parts in (
        None,
        {Part.FACE: True, Part.TRANSFER: True},
        dict.fromkeys(Part, True) | {Part.TRANSFER: False},
    ):
        with pytest.raises(Invalid) as refused:
            consent.consent(production, user, scene, Answer(notice.CURRENT, True, parts=parts))
        assert refused.value.code == "consent_missing"
    given = Answer(notice.CURRENT, True, parts=dict.fromkeys(Part, True))
    assert consent.consent(production, user, scene, given).attempt.state is AttemptState.CONSENTED


def test_an_export_needs_a_recent_pass(world: World) -> None:
    answer = world.phone(MAN.openid).get("/mp/v1/me/export")
    assert (answer.status_code, answer.json["code"]) == (403, "recent_pass_needed")


def test_an_export_shows_all_stored_data(world: World, proven) -> None:
    kept = play.ok(proven.get("/mp/v1/me/export"))
    assert kept["person"]["person_id"] == world.ids[MAN.name]
    assert kept["person"]["name"] == "李*国" and kept["person"]["enrolled_photos"] == 1
    assert len(kept["attempts"]) == len(kept["consents"]) == len(kept["bindings"]) == 1
    assert MAN.id_number not in str(kept)


def test_a_pass_proves_the_owner_for_ten_minutes(world: World, proven) -> None:
    world.clock.tick(601)
    assert proven.get("/mp/v1/me/export").status_code == 403
    assert proven.delete("/mp/v1/me").status_code == 403


def test_a_deleted_face_cannot_be_pushed_to_nor_imported_again(world: World, proven) -> None:
    assert proven.delete("/mp/v1/me").status_code == 204
    verification = play.opened(world, order_no="A-2")
    wanted = {"channel": "push", "person_id": world.ids[MAN.name]}
    answer = world.till().post(f"/v1/verifications/{verification}/attempts", json=wanted)
    assert (answer.status_code, answer.json["code"]) == (422, "not_enrolled")
    photo = (samples() / "single_face.jpg").read_bytes()
    again = enrolment.enrol(world.ports, Entry(MAN.name, IdType.RESIDENT, MAN.id_number), photo)
    assert again.photo == "withdrawn"
    assert world.ports.objects.list("photos") != []


def test_deletion_also_removes_the_credit_ledger(world: World, proven) -> None:
    user = world.ports.vault.index("openid", MAN.openid)
    with world.ports.database.transaction() as db:
        credits.learn(world.ports, db, user, TEMPLATE, Fact(FactKind.ACCEPTED, world.clock.now()))
    assert credits.ledger(world.ports, user).ready
    assert proven.delete("/mp/v1/me").status_code == 204
    assert credits.ledger(world.ports, user) == Ledger()


def test_an_import_upgrades_a_claimed_binding(world: World) -> None:
    typed = {"name": WIFE.name, "id_number": WIFE.id_number}
    play.ok(world.phone("openid-new").post("/mp/v1/bindings", json=typed), 201)
    entry = Entry(WIFE.name, IdType.RESIDENT, WIFE.id_number, openid="openid-new")
    enrolment.enrol(world.ports, entry, None)
    index = world.ports.vault.index("openid", "openid-new")
    with world.ports.database.reading() as db:
        found = db.scalars(select(tables.Binding).where(tables.Binding.openid_index == index)).all()
    assert [row.proof for row in found] == [Proof.IMPORTED]


def test_a_binding_is_created_listed_and_revoked(world: World) -> None:
    phone = world.phone("openid-daughter")
    typed = {"name": WIFE.name, "id_number": WIFE.id_number}
    first = play.ok(phone.post("/mp/v1/bindings", json=typed), 201)
    assert play.ok(phone.post("/mp/v1/bindings", json=typed), 201) == first
    assert first["person"]["name"] == "王*英"
    (listed,) = play.ok(phone.get("/mp/v1/me/bindings"))["bindings"]
    stranger = world.phone("openid-stranger")
    url = f"/mp/v1/me/bindings/{listed['binding_id']}"
    assert stranger.delete(url).status_code == 404
    assert phone.delete(url).status_code == 204
    assert play.ok(phone.get("/mp/v1/me/bindings"))["bindings"] == []


def test_guessing_names_is_limited(world: World) -> None:
    phone = world.phone("openid-guesser")
    statuses = {
        phone.post("/mp/v1/bindings", json={"name": f"王{n}", "id_number": WIFE.id_number}).status_code
        for n in range(102)
    }
    assert statuses == {422, 429}
    typed = {"name": WIFE.name, "id_number": WIFE.id_number}
    assert phone.post("/mp/v1/bindings", json=typed).status_code == 429


def test_a_consent_says_at_which_shop(world: World, proven) -> None:
    kept = play.ok(proven.get("/mp/v1/me/export"))
    (consent,) = play.ok(proven.get("/mp/v1/me/consents"))["consents"]
    assert kept["consents"] == [consent]
    withdrawn = play.ok(proven.delete(f"/mp/v1/me/consents/{consent['consent_id']}"))
    again = play.ok(proven.delete(f"/mp/v1/me/consents/{consent['consent_id']}"))
    assert {one["institution"] for one in (consent, withdrawn, again)} == {"第一药房"}


def test_an_appeal_says_at_which_shop(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    play.ok(play.appealed(phone, scene), 201)
    (row,) = play.ok(phone.get("/mp/v1/me/appeals"))["appeals"]
    assert row["institution"] == "第一药房"


def test_a_withdrawn_consent_ends_the_filming_and_not_the_count(world: World) -> None:
    """Ten failures a day stay ten, and who has withdrawn is filmed no more; the appeal stays."""
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    play.draw(phone, scene)
    (consent,) = play.ok(phone.get("/mp/v1/me/consents"))["consents"]
    play.ok(phone.delete(f"/mp/v1/me/consents/{consent['consent_id']}"))
    answer = phone.post(f"/mp/v1/attempts/{scene}/challenges", json={})
    assert (answer.status_code, answer.json["code"]) == (409, "expired")
    assert play.ok(phone.get(f"/mp/v1/attempts/{scene}"))["appeal"]["allowed"]
    with world.ports.database.reading() as db:
        who = world.ids[MAN.name]
        assert challenge.failures_today(world.ports, db, [who]) == {who: 1}


def test_a_withdrawn_consent_takes_the_scores_with_it_and_the_chain_stays_whole(world: World, proven) -> None:
    (consent,) = play.ok(proven.get("/mp/v1/me/consents"))["consents"]
    play.ok(proven.delete(f"/mp/v1/me/consents/{consent['consent_id']}"))
    with world.ports.database.reading() as db:
        scored = db.scalars(select(tables.Event).where(tables.Event.type == "attempt.passed")).one()
        assert (scored.private, scored.salt) == (None, None)
        assert db.scalars(select(tables.Decision.report)).all() == [None]
    assert audit.check(world.ports).is_whole


def test_another_users_consent_looks_absent(world: World, proven) -> None:
    (consent,) = play.ok(proven.get("/mp/v1/me/consents"))["consents"]
    assert world.phone(WIFE.openid).delete(f"/mp/v1/me/consents/{consent['consent_id']}").status_code == 404


def test_a_swap_gives_another_class_of_action_once(world: World) -> None:
    wanted = Policy(
        pad_required=False, colour_own_phone=False, action_pool=("turn_left", "nod", "smile"), action_count=1
    )
    versions.enact(world.ports, wanted, author="a", approver="b")
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    drawn = play.draw(phone, scene)
    url = f"/mp/v1/challenges/{drawn['challenge_id']}/swap"
    swapped = play.ok(phone.post(url, json={}))
    assert swapped["actions"] != drawn["actions"] and swapped["challenge_id"] == drawn["challenge_id"]
    assert phone.post(url, json={}).status_code == 409


@pytest.mark.parametrize(("channel", "needed"), [("push", True), ("off", False), ("both", True)])
def test_consent_without_the_counters_digits_is_refused(world: World, channel: str, needed: bool) -> None:
    wanted = Policy(
        pad_required=False,
        colour_own_phone=False,
        action_pool=("smile",),
        action_count=1,
        presence_code=channel,
    )
    versions.enact(world.ports, wanted, author="a", approver="b")
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    (attempt,) = play.state(world, verification)["attempts"]
    assert (attempt["presence_code"] is not None) == needed
    phone = world.phone(MAN.openid)
    seen = play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    assert seen["presence_code_needed"] == needed
    if needed:
        given = {"notice_version": seen["notice"]["version"], "granted": True}
        url = f"/mp/v1/attempts/{scene}/consent"
        for wrong in (None, "", "00000", "x"):
            answer = phone.post(url, json=given | {"presence_code": wrong})
            assert (answer.status_code, answer.json["code"]) == (422, "presence_code_wrong")
        play.ok(phone.post(url, json=given | {"presence_code": attempt["presence_code"]}))


@pytest.mark.parametrize(("given", "told"), [("", None), ("template-agents", "template-agents")])
def test_a_phone_learns_which_templates_to_ask_for(world: World, given: str, told: str | None) -> None:
    settings = world.ports.settings.model_copy(update={"wechat_agent_template_id": given})
    world.app.extensions["ports"] = replace(world.ports, settings=settings)
    answer = play.ok(world.phone(MAN.openid).get("/mp/v1/subscriptions"))
    assert answer == {"template_id": TEMPLATE, "agent_template_id": told}
    assert world.app.test_client().get("/mp/v1/subscriptions").status_code == 401


def test_an_export_says_each_check_in_plain_words_and_is_a_case(world: World, proven) -> None:
    (attempt,) = play.ok(proven.get("/mp/v1/me/export"))["attempts"]
    assert attempt["says"].endswith("，第一药房，在本人微信上核验：人脸核验通过。")
    (row,) = play.ok(proven.get("/mp/v1/me/requests"))["requests"]
    assert (row["kind"], row["state"]) == ("export", "done")


def test_a_correction_is_a_case_of_15_days_that_a_reviewer_answers(world: World) -> None:
    phone = world.phone(MAN.openid)
    asked = {"person_id": world.ids[MAN.name], "statement": "性别登记错了"}
    row = play.ok(phone.post("/mp/v1/me/corrections", json=asked), 201)
    assert datetime.fromisoformat(row["due_at"]) == world.ports.now() + timedelta(days=15)
    (open_one,) = requests.waiting(world.ports)
    # Lists narrow by the day on which a case is due, in China.
    due = datetime.fromisoformat(row["due_at"])
    for days, found in ((-1, 0), (0, 1)):
        end = table.end_of(table.day(due + timedelta(days=days)))
        assert len(requests.waiting(world.ports, before=end)) == found
        by = Query({"by": table.day(due + timedelta(days=days))})
        assert len(table.read(world.ports, LISTS["requests"], by).rows) == found
    with pytest.raises(Malformed):
        table.read(world.ports, LISTS["requests"], Query({"by": "soon"}))
    seen = requests.seen(world.ports, "opr_1", open_one.id)
    assert requests.statement(world.ports, seen) == "性别登记错了"
    requests.answer(world.ports, "opr_1", row["request_id"], "已改正", refused=False)
    with pytest.raises(Conflict):
        requests.answer(world.ports, "opr_1", row["request_id"], "再改", refused=True)
    (told,) = play.ok(phone.get("/mp/v1/me/requests"))["requests"]
    assert (told["state"], told["answer"]) == ("done", "已改正")
    assert requests.waiting(world.ports) == [] and checking.check(world.ports).is_whole
    # Nobody asks for somebody they are not bound to, and five open ones are enough.
    strange = asked | {"person_id": world.ids[WIFE.name]}
    play.refused(phone.post("/mp/v1/me/corrections", json=strange), 404, "not_found")
    statuses = [phone.post("/mp/v1/me/corrections", json=asked).status_code for _ in range(6)]
    assert statuses == [201] * 5 + [429]


def test_each_part_of_the_notice_is_answered_and_kept(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    shown = play.ok(phone.get(f"/mp/v1/attempts/{scene}"))["notice"]
    assert shown["parts"] == ["face", "transfer", "reference"] and "{" not in shown["text"]
    body = {"notice_version": shown["version"], "granted": True, "parts": dict.fromkeys(shown["parts"], True)}
    url = f"/mp/v1/attempts/{scene}/consent"
    missing = phone.post(url, json=body | {"parts": {"face": True, "reference": True}})
    play.refused(missing, 422, "consent_missing")
    assert play.ok(phone.post(url, json=body))["state"] == "consented"
    (kept,) = play.ok(phone.get("/mp/v1/me/consents"))["consents"]
    assert kept["parts"] == {"face": True, "transfer": True, "reference": True}
