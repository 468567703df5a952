"""Deadlines by the server's clock, and what they must not affect."""

import pytest

from api.capture import finish
from models.domain.person import User
from tests.support import play
from tests.support.world import MAN, WRONG, World


@pytest.mark.parametrize(("seconds", "state"), [(119.9, "waiting"), (120.0, "expired"), (120.1, "expired")])
def test_a_push_lives_exactly_120_seconds(world: World, seconds: float, state: str) -> None:
    verification = play.opened(world)
    play.pushed(world, verification)
    world.clock.tick(seconds)
    assert play.state(world, verification)["attempts"][0]["state"] == state


def test_an_expired_push_is_told_by_the_job_too_and_may_be_pushed_again(world: World) -> None:
    verification = play.opened(world)
    play.pushed(world, verification)
    world.clock.tick(121)
    play.work(world.ports)
    assert play.events(world, verification)[-1] == "attempt.expired"
    play.pushed(world, verification)
    assert [a["state"] for a in play.state(world, verification)["attempts"]] == ["expired", "waiting"]


def test_the_owner_of_an_expired_scene_sees_its_state(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    world.clock.tick(121)
    assert play.ok(world.phone(MAN.openid).get(f"/mp/v1/attempts/{scene}"))["state"] == "expired"


def test_other_users_see_an_expired_scene_as_gone(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    world.clock.tick(121)
    assert world.phone("openid-nobody").get(f"/mp/v1/attempts/{scene}").status_code == 410


def test_a_challenge_begun_in_time_may_be_finished(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    world.clock.tick(119)
    result = play.tried(world, phone, scene)
    assert result["outcome"] == "passed"


def test_a_failure_after_the_deadline_can_still_be_appealed_but_not_retried(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    world.clock.tick(118)
    result = play.tried(world, phone, scene, WRONG)
    assert (result["outcome"], result["state"]) == ("failed", "failed")
    assert phone.post(f"/mp/v1/attempts/{scene}/challenges", json={}).status_code == 409
    world.clock.tick(590)
    assert play.ok(play.appealed(phone, scene), 201)["state"] == "appealed"


def test_an_appeal_comes_too_late_after_ten_minutes(world: World) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    world.clock.tick(601)
    assert play.appealed(phone, scene).status_code == 409


def test_a_retry_that_runs_out_returns_to_failed_with_its_appeal(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    play.tried(world, phone, scene, WRONG)
    play.draw(phone, scene)
    world.clock.tick(150)
    play.work(world.ports)
    (attempt,) = play.state(world, verification)["attempts"]
    assert attempt["state"] == "failed"
    play.ok(play.appealed(phone, scene), 201)


def test_a_verification_nobody_ends_lapses_after_thirty_minutes(world: World) -> None:
    verification = play.opened(world)
    world.clock.tick(30 * 60)
    play.work(world.ports)
    assert play.state(world, verification)["state"] == "lapsed"
    assert play.events(world, verification)[-1] == "verification.lapsed"
    play.opened(world)


def test_a_code_lives_120_seconds_until_scanned_and_longer_once_opened(world: World) -> None:
    verification = play.opened(world)
    scene = play.coded(world, verification)
    world.clock.tick(119)
    phone = world.phone("openid-staff")
    play.ok(phone.get(f"/mp/v1/attempts/{scene}"))
    world.clock.tick(179)
    assert play.ok(phone.get(f"/mp/v1/attempts/{scene}"))["state"] == "opened"
    world.clock.tick(2)
    assert play.ok(phone.get(f"/mp/v1/attempts/{scene}"))["state"] == "expired"


def test_a_capture_nobody_finished_deciding_is_decided_by_the_job(world: World) -> None:
    verification = play.opened(world)
    scene = play.pushed(world, verification)
    phone = world.phone(MAN.openid)
    play.agree(phone, scene)
    challenge = play.draw(phone, scene)
    play.show(world, phone, challenge)
    _close_without_deciding(world, challenge["challenge_id"])
    assert play.state(world, verification)["attempts"][0]["state"] == "captured"
    world.clock.tick(600)
    play.work(world.ports)
    assert play.state(world, verification)["state"] == "passed"
    assert play.finish(phone, challenge)["outcome"] == "passed"


def _close_without_deciding(world: World, challenge_id: str) -> None:
    """Leave the capture as a server killed between its two transactions does."""
    user = User(MAN.openid, world.ports.vault.index("openid", MAN.openid))
    finish.close(world.ports, user, challenge_id)
