"""WeChat's own face verification (provider `wechat`)."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.admin import institutions
from models import tables
from models.domain import provider as providers
from models.domain.decision import Outcome, Reason
from models.domain.notice import IN_FORCE
from models.domain.provider import Provider
from scripts.demo.film import samples
from tests.support import play
from tests.support.world import FACELESS, MAN, STAFF, WIFE, World, claims
from wechat.errors import WeChatBusy, WeChatUnknown

VERSION = IN_FORCE[Provider.WECHAT]


@pytest.fixture(autouse=True)
def native(world: World) -> None:
    """Return the first institution is verified by WeChat."""
    institutions.set_provider(world.ports, world.institutions[0], Provider.WECHAT)


def agreed(world: World, verification: str, name: str = MAN.name) -> tuple[FlaskClient, str]:
    """Push, open, consent; return the phone and the scene's address."""
    scene = play.pushed(world, verification, name)
    phone = world.phone(world.wechat.sent[-1][0])
    play.agree(phone, scene, notice_version=VERSION)
    return phone, f"/mp/v1/attempts/{scene}"


def tried(world: World, phone: FlaskClient, url: str, verify_ret: int) -> dict:
    """Make one try with this answer of WeChat."""
    world.wechat.faces[MAN.openid] = verify_ret
    play.ok(phone.post(f"{url}/native"))
    return play.ok(phone.post(f"{url}/native/finish"))


def test_a_pass_gives_a_receipt_that_names_the_provider_and_no_score(world: World) -> None:
    verification = play.opened(world)
    phone, url = agreed(world, verification)
    begun = play.ok(phone.post(f"{url}/native"))
    assert begun["provider"] == "wechat" and begun["state"] == "challenged" and begun["verify_id"]
    assert world.wechat.verifications[begun["verify_id"]][2:] == (MAN.name, MAN.id_number)
    world.wechat.faces[MAN.openid] = 10000
    result = play.ok(phone.post(f"{url}/native/finish"))
    assert (result["outcome"], result["reason"], result["state"]) == ("passed", "ok", "passed")
    assert play.ok(phone.post(f"{url}/native/finish"))["outcome"] == "passed"
    read = play.state(world, verification)
    said = claims(read["receipt"])
    assert (said["provider"], said["result"], said["channel"]) == ("wechat", "passed", "push")
    assert said["policy"] == 1
    assert play.events(world, verification)[-5:] == [
        "attempt.challenged", "attempt.native", "attempt.captured", "attempt.passed", "verification.passed",
    ]  # fmt: skip
    with world.ports.database.reading() as db:
        (decision,) = db.scalars(select(tables.Decision)).all()
        assert decision.report is None
        assert db.scalars(select(tables.Binding.proof).join(
            tables.Person, tables.Person.id == tables.Binding.person_id
        ).where(tables.Binding.person_id == world.ids[MAN.name])).all() == ["face"]  # fmt: skip


def test_a_lost_answer_gives_the_same_verify_id(world: World) -> None:
    phone, url = agreed(world, play.opened(world))
    first, second = (play.ok(phone.post(f"{url}/native"))["verify_id"] for _ in range(2))
    assert first == second and len(world.wechat.verifications) == 1


def test_a_mismatch_counts_and_may_be_appealed(world: World) -> None:
    verification = play.opened(world)
    phone, url = agreed(world, verification)
    result = tried(world, phone, url, 10004)
    assert (result["outcome"], result["reason"], result["tries_left"]) == ("failed", "not_matched", 2)
    assert result["appeal"]["allowed"]
    lodged = play.ok(play.appealed(phone, url.rsplit("/", 1)[1]), 201)
    assert lodged["state"] == "appealed"
    assert claims(play.state(world, verification)["receipt"])["provider"] == "wechat"


def test_the_right_person_may_pass_after_a_failure(world: World) -> None:
    phone, url = agreed(world, play.opened(world))
    assert tried(world, phone, url, 10004)["outcome"] == "failed"
    assert tried(world, phone, url, 10000)["outcome"] == "passed"
    assert len(world.wechat.verifications) == 2


def test_three_mismatches_are_all_there_are(world: World) -> None:
    phone, url = agreed(world, play.opened(world))
    for _ in range(3):
        tried(world, phone, url, 10004)
    answer = phone.post(f"{url}/native")
    assert (answer.status_code, answer.json["code"]) == (409, "tries_used_up")


@pytest.mark.parametrize("verify_ret", [10300, 90002, 90008])
def test_cancelling_in_wechat_is_no_failure(world: World, verify_ret: int) -> None:
    phone, url = agreed(world, play.opened(world))
    result = tried(world, phone, url, verify_ret)
    assert (result["outcome"], result["reason"]) == ("retry", "not_acquired")
    assert (result["state"], result["tries_left"]) == ("consented", 3)
    tried(world, phone, url, verify_ret)
    third = tried(world, phone, url, verify_ret)
    assert (third["state"], third["reason"], third["tries_left"]) == ("failed", "not_acquired", 2)


def test_while_wechat_is_silent_the_capture_waits_and_the_worker_asks_again(world: World) -> None:
    verification = play.opened(world)
    phone, url = agreed(world, verification)
    play.ok(phone.post(f"{url}/native"))
    world.wechat.fail = WeChatUnknown()
    assert phone.post(f"{url}/native/finish").status_code == 503
    assert play.state(world, verification)["attempts"][0]["state"] == "captured"
    world.wechat.fail, world.wechat.faces[MAN.openid] = None, 10000
    world.clock.tick(6)
    play.work(world.ports)
    assert play.state(world, verification)["state"] == "passed"


def test_a_long_silence_of_wechat_extends_the_deadline(world: World) -> None:
    verification = play.opened(world)
    phone, url = agreed(world, verification)
    play.ok(phone.post(f"{url}/native"))
    world.wechat.fail = WeChatBusy()
    phone.post(f"{url}/native/finish")
    world.clock.tick(31)
    result = play.ok(phone.post(f"{url}/native/finish"))
    assert (result["outcome"], result["reason"]) == ("retry", "matcher_unavailable")
    assert result["state"] == "consented"


def test_a_session_too_old_is_tried_again(world: World) -> None:
    phone, url = agreed(world, play.opened(world))
    play.ok(phone.post(f"{url}/native"))
    world.wechat.verifications.clear()
    assert play.ok(phone.post(f"{url}/native/finish"))["outcome"] == "retry"


def test_a_refused_wechat_session_changes_nothing(world: World) -> None:
    phone, url = agreed(world, play.opened(world))
    world.wechat.fail = WeChatBusy()
    assert phone.post(f"{url}/native").status_code == 503
    assert play.ok(phone.get(url))["state"] == "consented"


def test_a_verification_begun_in_time_may_be_finished(world: World) -> None:
    phone, url = agreed(world, play.opened(world))
    world.clock.tick(118)
    play.ok(phone.post(f"{url}/native"))
    world.wechat.faces[MAN.openid] = 10000
    world.clock.tick(50)
    assert play.ok(phone.post(f"{url}/native/finish"))["outcome"] == "passed"


def test_nothing_is_verified_before_consent_nor_asked_before_it_is_begun(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone, url = world.phone(MAN.openid), f"/mp/v1/attempts/{scene}"
    assert play.ok(phone.get(url))["notice"]["version"] == VERSION
    assert phone.post(f"{url}/native").json["code"] == "consent_missing"
    stale = {"notice_version": IN_FORCE[Provider.OWN], "granted": True}
    assert phone.post(f"{url}/consent", json=stale).json["code"] == "notice_stale"
    play.agree(phone, scene, notice_version=VERSION)
    assert phone.post(f"{url}/native/finish").status_code == 409


def test_another_users_scene_looks_absent(world: World) -> None:
    _, url = agreed(world, play.opened(world))
    for ending in ("native", "native/finish"):
        assert world.phone(WIFE.openid).post(f"{url}/{ending}").status_code == 404


def mismatch(response) -> bool:
    return (response.status_code, response.json["code"]) == (409, "provider_mismatch")


def test_frames_are_refused_where_wechat_verifies(world: World) -> None:
    phone, url = agreed(world, play.opened(world))
    assert mismatch(phone.post(f"{url}/challenges", json={}))
    play.ok(phone.post(f"{url}/native"))
    with world.ports.database.reading() as db:
        challenge = db.scalars(select(tables.Challenge.id)).one()
    assert mismatch(phone.post(f"/mp/v1/challenges/{challenge}/finish"))
    assert mismatch(phone.post(f"/mp/v1/challenges/{challenge}/swap"))


def test_native_verification_is_refused_where_frames_are_filmed(world: World) -> None:
    institutions.set_provider(world.ports, world.institutions[0], Provider.OWN)
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    for ending in ("native", "native/finish"):
        assert mismatch(phone.post(f"/mp/v1/attempts/{scene}/{ending}"))


def test_an_attempt_keeps_the_provider_it_was_begun_with(world: World) -> None:
    verification = play.opened(world)
    phone, url = agreed(world, verification)
    institutions.set_provider(world.ports, world.institutions[0], Provider.OWN)
    assert tried(world, phone, url, 10000)["outcome"] == "passed"
    assert claims(play.state(world, verification)["receipt"])["provider"] == "wechat"


def test_no_photo_of_ours_is_needed(world: World) -> None:
    play.pushed(world, play.opened(world), FACELESS.name)
    assert world.wechat.sent[-1][0] == FACELESS.openid


def test_only_resident_cards_are_verified_by_wechat(world: World) -> None:
    verification = play.opened(world)
    with world.ports.database.transaction() as db:
        db.get_one(tables.Person, world.ids[WIFE.name]).id_type = "passport"
    wanted = {"channel": "push", "person_id": world.ids[WIFE.name]}
    answer = world.till().post(f"/v1/verifications/{verification}/attempts", json=wanted)
    assert (answer.status_code, answer.json["code"]) == (422, "native_resident_only")


@pytest.mark.parametrize(
    ("verify_ret", "outcome", "reason"),
    [
        (10000, Outcome.PASSED, Reason.OK),
        (10004, Outcome.FAILED, Reason.NOT_MATCHED),
        (10003, Outcome.FAILED, Reason.NOT_MATCHED),
        (0, Outcome.FAILED, Reason.NOT_MATCHED),
        (-10000, Outcome.FAILED, Reason.NOT_MATCHED),
        (99999, Outcome.FAILED, Reason.NOT_MATCHED),
        (90001, Outcome.RETRY, Reason.NOT_ACQUIRED),
        (90017, Outcome.RETRY, Reason.NOT_ACQUIRED),
        (90018, Outcome.RETRY, Reason.MATCHER_UNAVAILABLE),
        (10005, Outcome.RETRY, Reason.MATCHER_UNAVAILABLE),
    ],
)
def test_only_one_answer_of_wechats_passes(verify_ret: int, outcome: Outcome, reason: Reason) -> None:
    decision = providers.decide(verify_ret)
    assert (decision.outcome, decision.reason) == (outcome, reason)


@pytest.mark.parametrize("channel", ["push", "qr"])
def test_where_wechat_verifies_an_appeal_takes_no_face_photo(world: World, channel: str) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification) if channel == "push" else play.coded(world, verification)
    phone = world.phone(MAN.openid if channel == "push" else STAFF)
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    if channel == "qr":
        chosen = {"person_id": world.ids[MAN.name]}
        play.ok(phone.put(f"/mp/v1/attempts/{scene}/person", json=chosen))
    play.agree(phone, scene, notice_version=VERSION)
    world.wechat.faces[MAN.openid if channel == "push" else STAFF] = 10004
    play.ok(phone.post(f"/mp/v1/attempts/{scene}/native"))
    play.ok(phone.post(f"/mp/v1/attempts/{scene}/native/finish"))
    photo = ((samples() / "single_face.jpg").open("rb"), "face.jpg")
    assert play.appealed(phone, scene, photo).status_code == 422
    play.ok(play.appealed(phone, scene), 201)
