"""A process killed by SIGKILL at any statement of a release, a count or a replay leaves nothing half done."""

import itertools
import os
import signal
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from api.policies import versions
from api.releases import actions, guarding, proposing
from api.tuning import replaying
from api.tuning.replaying import Scope
from api.watching import counting
from models.base import Base
from models.domain.policy import Policy
from models.domain.release.seen import Budget
from models.domain.release.stages import LEAST, Stage
from tests.support import play
from tests.support.decisions import Try, write
from tests.support.world import World

CHANGES = {"score_min": 0.48}


def survives(world: World, action: Callable[[], object], at: int) -> bool:
    """Run an action in a process killed at this statement or commit; tell whether it ended before."""
    child = os.fork()
    if child == 0:
        _die_at(world, action, at)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def _die_at(world: World, action: Callable[[], object], at: int) -> None:
    """Run the action on connections of its own; never returns."""
    try:
        engine, passed = world.ports.database.engine, itertools.count()
        engine.dispose(close=False)

        def strike(*_: object) -> None:
            if next(passed) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        for name in ("before_cursor_execute", "commit"):
            event.listen(engine, name, strike)
        action()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def stored(world: World) -> Mapping[str, list[Any]]:
    """Return all rows of the tables that releases and tallies write."""
    names = ("release", "policy", "act", "day_tally", "group_tally", "event_tally", "tally_mark")
    with world.ports.database.reading() as db:
        return {
            name: sorted(map(str, db.execute(Base.metadata.tables[name].select()).all())) for name in names
        }


def killed_everywhere(world: World, action: Callable[[], object]) -> int:
    """Kill the action at each of its statements, then let it end; return how often it was killed."""
    before = stored(world)
    for at in itertools.count():
        if survives(world, action, at):
            assert stored(world) != before
            return at
        assert stored(world) == before, at
    raise AssertionError


def quartered(world: World) -> str:
    """Return a release at 25 % whose next decisions bring it to everybody."""
    ports = world.ports
    versions.enact(ports, Policy(), author="installation", approver="installation")
    release_id = proposing.propose(ports, "opr_li", CHANGES, "少放亲属", Budget()).id
    actions.approve(ports, "opr_wang", release_id)
    guarding.watch(ports)
    with ports.database.transaction() as db:
        row = actions.found(db, release_id)
        seen = LEAST[Stage.QUARTER] - 1
        row.stage, row.guard = Stage.QUARTER, (row.guard or {}) | {"treated": seen, "control": seen}
        before, after = versions.pinned(db, row.before), versions.pinned(db, row.version)
    write(world, [Try(before), Try(after, arm="treated")])
    return release_id


def test_a_release_enters_force_for_everybody_whole_or_not_at_all(either: World) -> None:
    """From 25 % to everybody, where a policy version is enacted beside the release."""
    release_id = quartered(either)
    assert killed_everywhere(either, lambda: guarding.watch(either.ports)) > 8
    with either.ports.database.reading() as db:
        assert actions.found(db, release_id).stage is Stage.FULL
        assert versions.active(db).score_min == CHANGES["score_min"]


def test_tallies_are_counted_whole_or_not_at_all(either: World) -> None:
    play.pushed(either, play.opened(either))
    assert killed_everywhere(either, lambda: counting.count(either.ports)) > 5


def test_a_replay_that_was_killed_wrote_nothing_and_gives_the_same_again(either: World) -> None:
    now = Policy()
    write(either, [Try(now, 0.40 + n / 100) for n in range(12)])
    at = either.ports.now()
    scope = Scope(at - timedelta(days=1), at + timedelta(days=1), batch=4)
    after = replace(now, score_min=0.48)

    def replayed() -> replaying.Replay:
        return replaying.replay(either.ports, now, after, scope)

    first, before = replayed(), stored(either)
    for at_statement in (1, 2, 4, 6):
        assert not survives(either, replayed, at_statement)
        assert stored(either) == before
    again = replayed()
    assert (again.decided, again.flips, again.some) == (first.decided, first.flips, first.some)
    assert again.decided == 12 and again.flips[False] == 2
