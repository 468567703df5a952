"""The matcher gets exactly the colours that the screen was told to show."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.capture.facts import under_light
from api.policies import versions
from matcher.local import LocalMatcher
from matcher.types import Examination, Report
from models import tables
from models.domain.decision import Report as Facts
from models.domain.policy import Policy
from scripts.demo.film import Shot
from tests.support import play
from tests.support.world import RIGHT, World, multipart


class Listener:
    """A matcher that records its calls."""

    def __init__(self, matcher: LocalMatcher) -> None:
        self._matcher = matcher
        self.observe, self.progress, self.enrol = matcher.observe, matcher.progress, matcher.enrol
        self.asked: list[tuple[Examination, Report]] = []

    def examine(self, examination: Examination) -> Report:
        report = self._matcher.examine(examination)
        self.asked.append((examination, report))
        return report


@pytest.mark.parametrize(("photosensitive", "status"), [(False, "measured"), (True, "not_asked")])
def test_the_colours_drawn_reach_the_matcher(
    world: World, matcher: LocalMatcher, photosensitive: bool, status: str
) -> None:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone("openid-man")
    play.agree(phone, scene)
    wanted = {"photosensitive": photosensitive}
    challenge = play.ok(phone.post(f"/mp/v1/attempts/{scene}/challenges", json=wanted), 201)
    play.show(world, phone, challenge)
    listener = Listener(matcher)
    world.app.extensions["ports"] = replace(world.ports, matcher=listener)
    assert play.finish(phone, challenge)["state"] == "passed"
    ((examination, report),) = listener.asked
    assert [{"rgb": one.rgb, "ms": one.ms} for one in examination.colours] == challenge["colours"]
    assert bool(examination.colours) is not photosensitive
    assert report.colour.status == status


def told(phone: FlaskClient, challenge: dict[str, Any], shots: Sequence[Shot]) -> dict[str, Any] | None:
    """Send frames; return the colour to show from now on."""
    url = f"/mp/v1/challenges/{challenge['challenge_id']}/frames"
    colour: dict[str, Any] | None = play.ok(phone.post(url, **multipart(shots)))["colour"]
    return colour


def drawn(world: World, body: dict[str, Any]) -> tuple[FlaskClient, dict[str, Any]]:
    scene = play.pushed(world, play.opened(world))
    phone = world.phone("openid-man")
    play.agree(phone, scene)
    return phone, play.ok(phone.post(f"/mp/v1/attempts/{scene}/challenges", json=body), 201)


def test_the_next_colour_is_sent_only_in_answer_to_frames(world: World) -> None:
    phone, challenge = drawn(world, {})
    shots = RIGHT.shots(challenge["frame"])
    assert len(challenge["colours"]) == 1
    seen = [challenge["colours"][0]]
    for start in range(0, 10, 2):
        world.clock.tick(0.9)
        seen.append(told(phone, challenge, shots[start : start + 2]))
    with world.ports.database.reading() as db:
        (row,) = db.scalars(select(tables.Challenge))
    assert seen == [*row.colours, None, None]
    assert row.told_ms == [0, 900, 1800, 2700, 3600]


def test_repeated_or_early_frames_advance_no_colour(world: World) -> None:
    phone, challenge = drawn(world, {})
    shots = RIGHT.shots(challenge["frame"])
    world.clock.tick(0.9)
    second = told(phone, challenge, shots[:2])
    assert second not in (None, challenge["colours"][0])
    world.clock.tick(0.9)
    assert told(phone, challenge, shots[:2]) == second
    world.clock.tick(0.1)
    third = told(phone, challenge, shots[2:3])
    assert third not in (None, second)
    world.clock.tick(0.1)
    assert told(phone, challenge, shots[3:4]) == third


def test_photosensitive_people_get_no_colours(world: World) -> None:
    phone, challenge = drawn(world, {"photosensitive": True})
    world.clock.tick(0.9)
    assert challenge["colours"] == []
    assert told(phone, challenge, RIGHT.shots(challenge["frame"])[:2]) is None


def examined(world: World, phone: FlaskClient, challenge: dict[str, Any]) -> tuple[Examination, Report]:
    """Film in step with the answers, finish, and return the matcher's examination and report."""
    shots = RIGHT.shots(challenge["frame"])
    begun = world.clock.now()
    for second in range(0, shots[-1].t_ms // 900 + 1):
        batch = [shot for shot in shots if second * 900 <= shot.t_ms < (second + 1) * 900]
        world.clock.tick((second + 1) * 0.9 + 0.1 - (world.clock.now() - begun).total_seconds())
        told(phone, challenge, batch)
    listener = Listener(world.ports.matcher)
    world.app.extensions["ports"] = replace(world.ports, matcher=listener)
    play.finish(phone, challenge)
    return listener.asked[0]


def test_the_matcher_hears_when_each_colour_was_on(world: World) -> None:
    examination, report = examined(world, *drawn(world, {}))
    assert all(700 <= one.ms <= 1000 for one in examination.colours[:-1])
    assert len({one.rgb for one in examination.colours}) > 1
    assert report.colour.status == "measured"


@pytest.mark.parametrize(
    ("shown", "brightness", "asked", "p"),
    [
        (4, 120, True, 0.5),
        (4, None, True, 0.5),
        (4, 160, True, 0.5),
        (4, 161, False, 0.5),
        (3, 120, True, None),
    ],
)
def test_colours_count_where_light_allows_and_enough_were_shown(
    shown: int, brightness: int | None, asked: bool, p: float | None
) -> None:
    given = under_light(Facts(colour_asked=True, colour_p=0.5), shown, brightness, Policy())
    assert (given.colour_asked, given.colour_p) == (asked, p)


def test_an_own_phone_cannot_avoid_colours_by_reporting_brightness() -> None:
    told = Facts(colour_asked=True, colour_p=0.5, own_phone=True)
    assert under_light(told, 4, 255, Policy()).colour_asked
    assert not under_light(told, 4, 255, Policy(colour_own_phone=False)).colour_asked


OWN = Policy(pad_required=False, action_pool=("smile",), action_count=1)


@pytest.mark.parametrize(("photosensitive", "brightness"), [(True, None), (False, 161)])
def test_a_phone_that_cannot_light_the_face_leads_to_the_counter(
    world: World, photosensitive: bool, brightness: int | None
) -> None:
    versions.enact(world.ports, OWN, author="a", approver="b")
    scene = play.pushed(world, play.opened(world))
    phone = world.phone("openid-man")
    play.agree(phone, scene)
    with world.ports.database.transaction() as db:
        db.scalars(select(tables.Attempt)).one().brightness = brightness
    asked = {"photosensitive": photosensitive}
    refused = phone.post(f"/mp/v1/attempts/{scene}/challenges", json=asked)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "counter_needed")


def test_film_too_short_for_the_colours_is_no_pass_on_an_own_phone(world: World) -> None:
    versions.enact(world.ports, OWN, author="a", approver="b")
    phone, challenge = drawn(world, {})
    assert challenge["colours_required"]
    examined(world, phone, challenge)
    with world.ports.database.reading() as db:
        decision = db.scalars(select(tables.Decision)).one()
    assert (decision.outcome, decision.reason) == ("retry", "not_acquired")
