"""What the screen was told to show is what the matcher looks for."""

from dataclasses import replace

import pytest

from matcher.local import LocalMatcher
from matcher.types import Examination, Report
from tests.support import play
from tests.support.world import World


class Listener:
    """A matcher that remembers what it was asked and told."""

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
