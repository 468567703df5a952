"""Replays find every flip with its direction, amount and family."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from api.tuning.replaying import Replay, Scope, not_replayed, replay
from models import tables
from models.domain.decision import Outcome, decide
from models.domain.policy import Policy
from tests.support.decisions import Try, write
from tests.support.world import World

NOW = Policy()
KINDER = replace(NOW, score_min=0.44, cohort_margin=0.0)
SCORES = (0.40, 0.43, 0.45, 0.47, 0.6)
RELATIVES = (0.1, 0.45, 0.59)


def replayed(world: World, after: Policy, before: Policy = NOW) -> Replay:
    now = world.ports.now()
    return replay(world.ports, before, after, Scope(now - timedelta(days=1), now))


def test_a_replay_finds_what_deciding_one_by_one_finds(world: World) -> None:
    tries = [Try(NOW, score, relative) for score in SCORES for relative in RELATIVES] * 3
    write(world, tries)
    found = replayed(world, KINDER)
    flips = [
        one
        for one in tries
        if decide(one.measured(), NOW).outcome is not Outcome.PASSED
        and decide(one.measured(), KINDER).outcome is Outcome.PASSED
    ]
    near = [one for one in flips if one.relative >= KINDER.score_min]
    assert (found.decided, found.flips[True], found.flips[False]) == (len(tries), len(flips), 0)
    assert (found.relatives, found.fen[True]) == (len(near), 5_000 * len(flips))
    assert 0 < len(near) < len(flips)
    assert found.reasons == {(True, "not_matched", "ok"): len(flips)}
    assert sum(count for (name, _), count in found.groups.items() if name == "sex") == len(tries)
    assert {flip.relative for flip in found.some} == {True, False}


def test_the_same_policy_flips_nothing_and_the_reverse_flips_back(world: World) -> None:
    write(world, [Try(NOW, score) for score in SCORES])
    assert not replayed(world, NOW).flips
    assert replayed(world, KINDER).flips[True] == replayed(world, NOW, KINDER).flips[False] == 1


def test_decisions_with_overrides_are_replayed_with_them(world: World) -> None:
    write(world, [Try(NOW, 0.45)] * 2)
    with world.ports.database.transaction() as db:
        db.scalars(select(tables.DecisionFact)).first().overrides = {"set": {"score_min": 0.5}}
    assert replayed(world, KINDER).flips == {True: 1}


def test_unreadable_reports_are_counted_separately(world: World) -> None:
    write(world, [Try(NOW), Try(NOW)])
    with world.ports.database.transaction() as db:
        first, second = db.scalars(select(tables.DecisionFact)).all()
        first.report = second.report
    found = replayed(world, KINDER)
    assert (found.decided, found.unreadable) == (1, 1)


def test_only_the_newest_are_replayed_and_progress_is_reported(world: World) -> None:
    write(world, [Try(NOW)] * 5)
    told, now = [], world.ports.now()
    scope = Scope(now - timedelta(days=1), now, most=3)
    assert replay(world.ports, NOW, KINDER, scope, lambda *at: told.append(at)).decided == 3
    assert told == [(3, 3)]


def test_decisions_of_one_instant_are_each_replayed_once_over_many_batches(world: World) -> None:
    write(world, [Try(NOW, 0.45)] * 7)
    with world.ports.database.transaction() as db:
        for one in db.scalars(select(tables.DecisionFact)).all()[2:6]:
            one.decided_at = world.ports.now() - timedelta(minutes=5)
    now, told = world.ports.now(), []
    scope = Scope(now - timedelta(days=1), now, batch=2)
    found = replay(world.ports, NOW, KINDER, scope, lambda *at: told.append(at))
    assert (found.decided, found.flips[True], told[-1]) == (7, 7, (7, 7))
    assert len({flip.challenge_id for flip in found.some}) == 7


def test_thresholds_that_a_replay_cannot_show_are_named() -> None:
    assert not_replayed(NOW, replace(NOW, action_count=3, score_min=0.5, grey_low=0.2)) == [
        "action_count",
        "grey_low",
    ]
