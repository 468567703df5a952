"""A process whose clock is wrong judges no deadline, and finds out at once when its clock is set."""

import pytest
from sqlalchemy.orm import Session

from api.health import clock as clocks
from api.health.clock import ComparedClock
from tests.support import play
from tests.support.world import World, purchase


class Comparison:
    """Another clock, and how often it was read."""

    def __init__(self) -> None:
        self.right, self.times = True, 0

    def __call__(self, _: Session) -> bool:
        self.times += 1
        return self.right


class Steady:
    """The monotonic clock, moved by hand."""

    def __init__(self) -> None:
        self.tick = 100.0

    def monotonic(self) -> float:
        return self.tick


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> Steady:
    made = Steady()
    monkeypatch.setattr(clocks, "time", made)
    return made


def test_a_clock_is_compared_once_a_minute(world: World, steady: Steady) -> None:
    other = Comparison()
    clock = ComparedClock(world.ports, other)
    for _ in range(59):
        assert clock.is_right()
        world.clock.tick(1)
        steady.tick += 1
    assert other.times == 1
    world.clock.tick(1)
    steady.tick += 1
    assert clock.is_right() and other.times == 2


@pytest.mark.parametrize("by", [-600, -3, 3, 600])
def test_a_clock_that_was_set_is_compared_at_once(world: World, steady: Steady, by: int) -> None:
    other = Comparison()
    clock = ComparedClock(world.ports, other)
    assert clock.is_right()
    other.right = False
    assert clock.is_right(), "nothing happened"
    world.clock.tick(by)
    assert not clock.is_right() and not clock.is_right() and other.times == 3
    world.clock.tick(-by)
    other.right = True
    assert clock.is_right()


def test_an_api_with_a_wrong_clock_ends_nothing(world: World) -> None:
    verification = play.opened(world)
    other = Comparison()
    other.right = False
    world.app.extensions["clock"] = ComparedClock(world.ports, other)
    world.clock.tick(600)
    for answer in (
        world.till().get(f"/v1/verifications/{verification}"),
        world.till().post("/v1/verifications", json=purchase(order_no="B-2")),
    ):
        assert (answer.status_code, answer.json["code"]) == (503, "busy") and answer.headers["Retry-After"]
    assert world.app.test_client().get("/healthz").status_code == 200, "a probe still gets its answer"
    world.clock.tick(-600)
    other.right = True
    assert play.ok(world.till().get(f"/v1/verifications/{verification}"))["state"] == "open"
