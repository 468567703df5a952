"""Releases, overrides and comparisons when two act at once or a worker dies, on both engines."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.policies import versions
from api.releases import actions, guarding, overriding, proposing
from api.releases.overriding import Wanted
from models import tables
from models.domain.errors import Refusal
from models.domain.policy import Policy
from models.domain.release.overrides import Place
from models.domain.release.seen import Budget
from models.domain.release.stages import Stage
from tests.journeys.test_postgres import at_once
from tests.support.decisions import Try, write
from tests.support.world import World

LI, WANG, ZHAO = "opr_li", "opr_wang", "opr_zhao"


@pytest.fixture
def shop(either: World) -> World:
    """An installation with the shipped policy in force."""
    versions.enact(either.ports, Policy(), author="installation", approver="installation")
    return either


def outcomes(action: Callable[[], Any], times: int = 4) -> list[str]:
    """Return how an action done several times at once ended each time."""

    def tried() -> str:
        try:
            action()
        except Refusal as refusal:
            return refusal.code
        return "done"

    return sorted(at_once(tried, times))


def propose(world: World) -> str:
    return proposing.propose(world.ports, LI, {"score_min": 0.48}, "少放亲属", Budget()).id


def test_of_many_who_propose_or_approve_at_once_one_does(shop: World) -> None:
    assert outcomes(lambda: propose(shop)) == ["done"] + ["release_open"] * 3
    (row,) = actions.history(shop.ports)
    assert outcomes(lambda: actions.approve(shop.ports, WANG, row.id)).count("done") == 1
    with shop.ports.database.reading() as db:
        kinds = [one.kind for one in db.query(tables.Act).order_by(tables.Act.seq)]
    assert kinds == ["release.proposed", "release.approved"]
    ends = shop.ports.now() + timedelta(days=3)
    wanted = Wanted(Place.INSTITUTION, shop.institutions[0], {"score_min": 0.5}, ends, "试试")
    assert outcomes(lambda: overriding.propose(shop.ports, LI, wanted)) == ["done"] + ["override_open"] * 3


def test_two_workers_count_every_decision_once(shop: World) -> None:
    release_id = propose(shop)
    actions.approve(shop.ports, WANG, release_id)
    guarding.watch(shop.ports)
    with shop.ports.database.reading() as db:
        before = versions.active(db)
    write(shop, [Try(before)] * 30)
    at_once(lambda: guarding.watch(shop.ports), 3)
    with shop.ports.database.reading() as db:
        row = actions.found(db, release_id)
    assert (row.stage, row.guard["treated"], row.guard["control"]) == (Stage.SHADOW, 30, 30)


class Killed(BaseException):
    """The process is gone."""


class Dying:
    """A clock whose process dies after some looks."""

    def __init__(self, now: datetime, looks: Iterator[int]) -> None:
        self._now, self._looks = now, looks

    def now(self) -> datetime:
        if next(self._looks, None) is None:
            raise Killed
        return self._now


def test_a_worker_killed_anywhere_leaves_nothing_half_done_and_the_next_goes_on(shop: World) -> None:
    release_id = propose(shop)
    actions.approve(shop.ports, WANG, release_id)
    with shop.ports.database.reading() as db:
        before = versions.active(db)
    guarding.watch(shop.ports)
    write(shop, [Try(before)] * 5)
    killed, looks = 0, 0
    while True:
        ports = replace(shop.ports, clock=Dying(shop.ports.now(), iter(range(looks))))
        try:
            guarding.watch(ports)
            break
        except Killed:
            killed, looks = killed + 1, looks + 1
            with shop.ports.database.reading() as db:
                assert actions.found(db, release_id).guard["treated"] == 0
    with shop.ports.database.reading() as db:
        assert (killed > 0, actions.found(db, release_id).guard["treated"]) == (True, 5)
