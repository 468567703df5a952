"""Calculations over stored decisions: requested at the console, made by a worker, kept whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from api.jobs.due import Calculate, due
from api.policies import versions
from api.privacy import retention
from api.releases import calculating
from api.releases.calculating import Wanted
from api.tuning import populations, replaying, stored
from api.tuning.rates import Rates, rates
from api.tuning.replaying import Scope
from models import tables
from models.database import Database
from models.domain.console.operator import Role
from models.domain.policy import Policy
from models.domain.release.calculation import KEPT, LEASE, MOST_TRIES, CalculationKind, CalculationState
from tests.support.console import colleague
from tests.support.decisions import Try, write
from tests.support.world import World

LI, WANG = "opr_li", "opr_wang"
LENIENT = Wanted(CalculationKind.WHAT_IF, 7, {"score_min": 0.44, "cohort_margin": 0.0})
MEN = Wanted(CalculationKind.RATES, 7, group="sex=male")


def decide(world: World) -> World:
    """Return the installation with a hundred decisions."""
    version = versions.enact(world.ports, Policy(), author="installation", approver="installation")
    policy, person = replace(Policy(), version=version), world.ids[next(iter(world.ids))]
    scores = [(0.40 + n % 30 / 100, 0.1 + n % 45 / 100) for n in range(100)]
    write(world, [Try(policy, *one, person_id=person) for one in scores])
    return world


@pytest.fixture
def decided(world: World) -> World:
    return decide(world)


def scope(world: World, row: tables.Calculation) -> Scope:
    return Scope(row.asked_at - timedelta(days=7), row.asked_at + timedelta(seconds=1))


def calculated(world: World, wanted: Wanted) -> tables.Calculation:
    calculation_id = calculating.ask(world.ports, LI, wanted)
    assert Calculate(calculation_id) in due(world.ports)
    calculating.run(world.ports, calculation_id)
    assert not [one for one in due(world.ports) if isinstance(one, Calculate)]
    row = calculating.newest(world.ports, wanted)
    assert row is not None and row.state is CalculationState.DONE
    return row


def test_kept_results_equal_those_of_the_log(either: World) -> None:
    decided = decide(either)
    row = calculated(decided, LENIENT)
    with decided.ports.database.reading() as db:
        before = versions.active(db)
    after = Policy.from_json(before.to_json() | LENIENT.changes)
    found = replaying.replay(decided.ports, before, after, scope(decided, row))
    assert row.found is not None and stored.from_json(row.found) == found
    assert found.decided == row.total == 100 and found.flips[True] > 5
    kept = calculating.newest(decided.ports, LENIENT, flips=True)
    assert kept is not None and stored.each(kept.flips or []) == found.some

    row = calculated(decided, MEN)
    told = rates(populations.gather(decided.ports, scope(decided, row), ("sex", "male")))
    assert row.found is not None and Rates.from_json(row.found).to_json() == told.to_json()
    assert told.scores["mated"] > 10


class _KilledError(BaseException):
    """The worker's process ends."""


class _DyingDatabase(Database):
    """A database whose process is killed at its n-th commit from now on."""

    def __init__(self, real: Database, left: int) -> None:
        self.__dict__.update(real.__dict__)
        self.left = left

    def commit(self, session: Session) -> None:
        self.left -= 1
        if self.left < 0:
            raise _KilledError
        super().commit(session)


# Killed while progress is recorded, and before the result is committed.
@pytest.mark.parametrize(("wanted", "commits"), [(LENIENT, 1), (LENIENT, 2), (MEN, 1)])
def test_a_killed_worker_leaves_nothing_and_another_starts_over(
    decided: World, wanted: Wanted, commits: int
) -> None:
    calculation_id = calculating.ask(decided.ports, LI, wanted)
    dying = replace(decided.ports, database=_DyingDatabase(decided.ports.database, commits))
    with pytest.raises(_KilledError):
        calculating.run(dying, calculation_id)
    row = calculating.newest(decided.ports, wanted)
    assert row is not None and (row.state, row.found) == (CalculationState.QUEUED, None)
    decided.clock.tick(LEASE.total_seconds())
    assert Calculate(calculation_id) in due(decided.ports)
    calculating.run(decided.ports, calculation_id)
    row = calculating.newest(decided.ports, wanted)
    assert row is not None and row.state is CalculationState.DONE and row.found is not None


def test_two_workers_never_share_one_and_a_fatal_one_is_given_up(world: World) -> None:
    versions.ensure(world.ports)
    calculation_id = calculating.ask(world.ports, LI, LENIENT)
    for _ in range(MOST_TRIES):
        assert calculating._leased(world.ports, calculation_id) is not None  # noqa: SLF001
        assert calculating._leased(world.ports, calculation_id) is None  # noqa: SLF001
        world.clock.tick(LEASE.total_seconds())
    calculating.run(world.ports, calculation_id)
    row = calculating.newest(world.ports, LENIENT)
    assert row is not None and row.state is CalculationState.GIVEN_UP
    assert not [one for one in due(world.ports) if isinstance(one, Calculate)]


def test_a_request_is_shared_replaced_and_deleted(world: World) -> None:
    versions.ensure(world.ports)
    first = calculating.ask(world.ports, LI, LENIENT)
    assert calculating.ask(world.ports, WANG, LENIENT) == first
    second = calculating.ask(world.ports, LI, replace(LENIENT, days=28))
    calculating.run(world.ports, first)
    assert calculating.newest(world.ports, LENIENT) is None
    assert [row.id for row in calculating.history(world.ports, CalculationKind.WHAT_IF)] == [second]
    world.clock.tick(KEPT.total_seconds() + 1)
    retention.sweep(world.ports)
    assert calculating.history(world.ports, CalculationKind.WHAT_IF) == []


def test_a_replaced_replay_stops_at_its_next_batch(decided: World) -> None:
    calculation_id = calculating.ask(decided.ports, LI, LENIENT)
    progress: Callable[[int, int], None] = calculating._Progress(decided.ports, calculation_id)  # noqa: SLF001
    progress(10, 100)
    row = calculating.newest(decided.ports, LENIENT)
    assert row is not None and (row.done, row.total) == (10, 100)
    calculating.ask(decided.ports, LI, MEN)
    decided.clock.tick(2)
    with pytest.raises(calculating._ReplacedError):  # noqa: SLF001
        progress(20, 100)


def test_a_page_shows_a_groups_rates_only_once_they_are_calculated(decided: World) -> None:
    one = colleague(decided, "li", Role.OPERATOR)
    assert one.sign_in().status_code == 303
    path = "/console/thresholds?days=7&group=sex%3Dmale"
    assert "已证实是本人的" not in one.get(path)
    assert one.client.get("/console/thresholds.csv?days=7&group=sex%3Dmale").status_code == 404
    answer = one.post("/console/thresholds", days="7", group="sex=male")
    assert answer.headers["Location"] == path and "正在计算" in one.get(path)
    for job in due(decided.ports):
        if isinstance(job, Calculate):
            calculating.run(decided.ports, job.calculation_id)
    assert "已证实是本人的" in one.get(path) and "算于" in one.get(path)
    assert one.client.get("/console/thresholds.csv?days=7&group=sex%3Dmale").text.count("\n") == 14
    assert one.post("/console/thresholds", days="7", group="").headers["Location"].endswith("?days=7")
