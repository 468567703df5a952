"""A new reference of an upheld appeal: the insured says yes or no on their own phone, or takes a yes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from api.acts import ledger
from api.directory import photos, templates
from api.privacy import erasure, orphans, own_keys, renewals, retention
from models import tables
from models.domain.console.act import ActKind
from models.domain.console.renewal import RenewalState
from models.domain.person import User
from tests.support import play, renewing
from tests.support.world import AGENT, MAN, STAFF, WIFE, World

URL = "/mp/v1/me/renewals"


@pytest.fixture
def renewal(world: World) -> str:
    """Return a new reference that waits for 李建国's answer."""
    return renewing.offered(world)


def say(world: World, renewal: str, answer: str, openid: str = MAN.openid, status: int = 200) -> str:
    said = world.phone(openid).post(f"{URL}/{renewal}", json={"answer": answer})
    return str(play.ok(said)["state"]) if status == 200 else str(said.status_code)


def acts(world: World, renewal: str) -> list[str]:
    appeal_id = renewing.row(world, renewal).appeal_id
    with world.ports.database.reading() as db:
        return [one.kind for one in ledger.about(db, appeal_id, 100)]


def events(world: World, renewal: str) -> list[str]:
    with world.ports.database.reading() as db:
        row = db.get_one(tables.Renewal, renewal)
        case = db.get_one(tables.Appeal, row.appeal_id).verification_id
    return [kind for kind in play.events(world, case) if kind.startswith("renewal.")]


def test_a_yes_replaces_the_reference_and_can_be_taken_back(world: World, renewal: str) -> None:
    (old,) = renewing.used(world)
    before = templates.opened(world.ports, f"enrolment.templates:{old.id}", old.templates)
    (shown,) = play.ok(world.phone(MAN.openid).get(URL))["renewals"]
    assert shown["state"] == "offered" and not shown["may_revoke"]
    assert all(shown[name].startswith("data:image/jpeg;base64,") for name in ("old", "new"))
    assert say(world, renewal, "yes") == say(world, renewal, "yes") == "accepted"
    (new,) = renewing.used(world)
    assert photos.get(world.ports, new.photo_key) == renewing.PICTURE
    assert world.ports.directory.references(world.ids[MAN.name])
    # The old one is kept, sealed, by every sweep; nothing compares with it.
    world.clock.tick(timedelta(days=29).total_seconds())
    retention.sweep(world.ports)
    orphans.sweep(world.ports)
    assert own_keys.reseal(world.ports, lambda *_: None) == []
    assert renewing.stored(world) == {old.photo_key, new.photo_key}
    (shown,) = play.ok(world.phone(MAN.openid).get(URL))["renewals"]
    assert shown["may_revoke"] and shown["old"] is shown["new"] is None
    assert say(world, renewal, "revoke") == say(world, renewal, "revoke") == "revoked"
    (back,) = renewing.used(world)
    found = templates.opened(world.ports, f"enrolment.templates:{back.id}", back.templates)
    assert back.photo_key == old.photo_key and repr(found) == repr(before)
    assert renewing.stored(world) == {old.photo_key}
    assert say(world, renewal, "yes", status=409) == "409"
    assert acts(world, renewal) == [
        *(ActKind.REFERENCE_RENEWED, ActKind.RENEWAL_ENDED, ActKind.RENEWAL_DESTROYED)
    ]
    assert events(world, renewal) == ["renewal.accepted", "renewal.revoked"]


def test_a_message_says_so_until_it_is_answered(world: World, renewal: str) -> None:
    play.work(world.ports)
    openid, page, said = world.wechat.sent[-1]
    assert (openid, page) == (MAN.openid, "pages/mine/mine?list=renewals")
    assert "医保登记照片，请决定是否换用" in said.values()
    second = renewing.offered(world, order_no="A-2")
    before = len(world.wechat.sent)
    assert say(world, second, "no") == "declined"
    play.work(world.ports)
    assert [page for _, page, _ in world.wechat.sent[before:] if "renewals" in page] == []


def test_a_no_destroys_the_frame(world: World, renewal: str) -> None:
    (old,) = renewing.used(world)
    assert say(world, renewal, "no") == say(world, renewal, "no") == "declined"
    assert renewing.stored(world) == {old.photo_key} and renewing.used(world)[0].id == old.id
    row = renewing.row(world, renewal)
    assert row.destroyed_at and row.due_at is None and row.owed == []
    assert acts(world, renewal) == [ActKind.RENEWAL_ENDED, ActKind.RENEWAL_DESTROYED]
    assert {say(world, renewal, word, status=409) for word in ("yes", "revoke")} == {"409"}


def test_after_thirty_days_neither_an_answer_nor_the_way_back_is_open(world: World, renewal: str) -> None:
    (old,) = renewing.used(world)
    world.clock.tick(timedelta(days=30).total_seconds())
    (shown,) = play.ok(world.phone(MAN.openid).get(URL))["renewals"]
    assert (shown["state"], shown["new"]) == ("expired", None)
    assert say(world, renewal, "yes", status=409) == "409"
    retention.sweep(world.ports)
    assert renewing.stored(world) == {old.photo_key}
    assert renewing.row(world, renewal).state is RenewalState.EXPIRED
    assert events(world, renewal) == ["renewal.expired"]
    second = renewing.offered(world, order_no="A-2")
    assert say(world, second, "yes") == "accepted"
    world.clock.tick(timedelta(days=30).total_seconds())
    retention.sweep(world.ports)
    (new,) = renewing.used(world)
    assert renewing.stored(world) == {new.photo_key}
    assert say(world, second, "revoke", status=409) == "409"
    with world.ports.database.reading() as db:
        assert db.get_one(tables.Enrolment, old.id).templates == b""
        assert db.scalars(select(tables.Renewal).where(tables.Renewal.due_at.is_not(None))).all() == []


@pytest.mark.parametrize("said", [None, "yes"])
def test_an_erasure_in_between_leaves_nothing(world: World, renewal: str, said: str | None) -> None:
    if said:
        say(world, renewal, said)
    phone, ports = world.phone(MAN.openid), world.ports
    user = User(MAN.openid, ports.vault.index("openid", MAN.openid))
    with ports.database.transaction() as db:
        request_id = erasure.begin(ports, db, user, world.ids[MAN.name])
    erasure.finish(ports, request_id)
    retention.sweep(ports)
    assert renewing.stored(world) == set() and renewing.used(world) == []
    assert phone.post(f"{URL}/{renewal}", json={"answer": "yes"}).status_code in (401, 404)
    row = renewing.row(world, renewal)
    assert row.state is (RenewalState.ACCEPTED if said else RenewalState.ERASED) and row.due_at is None


@pytest.mark.parametrize("said", [None, "yes"])
def test_withdrawing_the_trys_consent_destroys_what_is_kept(
    world: World, renewal: str, said: str | None
) -> None:
    if said:
        say(world, renewal, said)
    (used,) = renewing.used(world)
    ports = world.ports
    with ports.database.transaction() as db:
        appeal = db.get_one(tables.Appeal, db.get_one(tables.Renewal, renewal).appeal_id)
        ended = renewals.forget_attempt(ports, db, appeal.attempt_id)
    assert ended == [renewal]
    renewals.settle(ports, renewal)
    assert renewing.stored(world) == {used.photo_key} and renewing.used(world)[0].id == used.id
    row = renewing.row(world, renewal)
    assert row.destroyed_at and row.due_at is None
    for answer in ("no", "revoke"):
        assert say(world, renewal, answer, status=409) == "409"


def test_nobody_else_may_see_or_answer_it(world: World, renewal: str) -> None:
    for openid in (WIFE.openid, AGENT.openid):
        assert play.ok(world.phone(openid).get(URL))["renewals"] == []
        for answer in ("yes", "no", "revoke"):
            assert say(world, renewal, answer, openid, status=404) == "404"
    for openid in (STAFF, "openid-nobody"):
        for which in (renewal, "rnw_unknown"):
            given = world.phone(openid).post(f"{URL}/{which}", json={"answer": "yes"})
            play.refused(given, 403, "recent_pass_needed")
        play.refused(world.phone(openid).get(URL), 403, "recent_pass_needed")
    assert renewing.row(world, renewal).state is RenewalState.OFFERED
    given = world.phone(MAN.openid).post(f"{URL}/{renewal}", json={"answer": "perhaps"})
    assert given.status_code == 400
