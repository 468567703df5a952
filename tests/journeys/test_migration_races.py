"""A move to another model set when two operators act at once, a worker is killed, and under the guard."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from api.acts import ledger
from api.directory import templates
from api.policies import versions
from api.releases import actions, guarding, migrating, moving, proposing
from models import tables
from models.domain.errors import Refusal
from models.domain.policy import Policy
from models.domain.release.guard import Cause
from models.domain.release.migration import LEASE, MigrationState
from models.domain.release.seen import Budget
from models.domain.release.stages import Stage
from tests.api.test_killed import survives
from tests.api.test_migration import DLIB, LI, WANG, begun, progress, worked
from tests.support.decisions import Try, write
from tests.support.world import World

ZHAO = "opr_zhao"
SHORT = {Stage.SHADOW: 10, Stage.FIVE: 5, Stage.QUARTER: 8}


@pytest.fixture
def shop(either: World) -> World:
    """An installation with the shipped policy in force."""
    versions.enact(either.ports, Policy(), author="installation", approver="installation")
    return either


def both(*deeds: Callable[[], Any]) -> list[str]:
    """Do different deeds at the same time; return how each ended, in order."""

    def tried(deed: Callable[[], Any]) -> str:
        try:
            deed()
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(tried, deeds))


def proposed(world: World, actor: str = LI) -> str:
    return proposing.propose(world.ports, actor, DLIB, "新模型", Budget()).id


def full(world: World) -> str:
    """Return a release of the new set that reached everybody more than a week ago."""
    release_id = proposed(world)
    actions.approve(world.ports, WANG, release_id)
    with world.ports.database.transaction() as db:
        row = db.get_one(tables.Release, release_id)
        versions.approve(world.ports.within(db), row.version, approver=WANG)
        row.stage, row.staged_at = Stage.FULL, world.ports.now() - timedelta(days=8)
    return release_id


def acts(world: World, about: str) -> list[str]:
    with world.ports.database.reading() as db:
        return [one.kind for one in ledger.about(db, about, 100)]


def test_of_two_operators_who_move_at_once_one_does_and_the_other_is_told(shop: World) -> None:
    ports = shop.ports
    begin = [lambda by=by: migrating.begin(ports, by, "dlib", 600) for by in (LI, WANG, ZHAO)]
    assert sorted(both(*begin)) == ["done", "migration_open", "migration_open"]
    (row,) = migrating.history(ports)
    worked(shop, row.id)
    # A policy may not come to decide by templates that are being destroyed.
    ended = both(lambda: migrating.abandon(ports, LI, row.id), lambda: proposed(shop, WANG))
    assert ended in (["done", "model_set_unavailable"], ["release_open", "done"])
    if ended[0] == "done":
        worked(shop, row.id, lambda one: one.row.state is MigrationState.ABANDONED)
        row = migrating.begin(ports, LI, "dlib", 600)
        worked(shop, row.id)
    else:
        (open_one,) = actions.history(ports)
        actions.withdraw(ports, LI, open_one.id)
    release_id = full(shop)
    assert both(*[lambda: migrating.ask_destruction(ports, LI, row.id)] * 2) == ["done", "done"]
    assert actions.roll_back(ports, LI, release_id, "退回") is False
    ended = both(
        lambda: migrating.confirm_destruction(ports, WANG, row.id),
        lambda: actions.roll_back(ports, ZHAO, release_id, "退回"),
    )
    with ports.database.reading() as db:
        in_force = versions.active(db).model_set
    state = progress(shop, row.id).row.state
    told = (ended, in_force, state)
    assert told in (
        (["done", "model_set_unavailable"], "dlib", MigrationState.DESTROYING),
        (["wrong_state", "done"], "sface", MigrationState.LIVE),
    )


def test_of_two_who_confirm_a_destruction_at_once_one_begins_it(shop: World) -> None:
    move = begun(shop)
    worked(shop, move)
    full(shop)
    migrating.ask_destruction(shop.ports, LI, move)
    confirm = [lambda by=by: migrating.confirm_destruction(shop.ports, by, move) for by in (WANG, ZHAO, LI)]
    ended = both(*confirm)
    assert sorted(ended[:2]) == ["done", "wrong_state"] and ended[2] in ("own_proposal", "wrong_state")
    assert acts(shop, move) == ["migration.begun", "destruction.asked", "destruction.begun"]


def kept(world: World, move: str) -> dict[str, tuple[float, ...]]:
    """Return the new set's templates by reference, each of which must open."""
    with world.ports.database.reading() as db:
        rows = db.scalars(select(tables.Template).where(tables.Template.model_set == "dlib")).all()
        return {
            one.enrolment_id: templates.opened(
                world.ports, f"template.vector:{one.enrolment_id}:dlib", one.vector
            )[0].vector
            for one in rows
        }


class Held:
    """Stored objects read beforehand: the store's client has threads, which a forked process lacks."""

    def __init__(self, world: World) -> None:
        with world.ports.database.reading() as db:
            keys = db.scalars(select(tables.Enrolment.photo_key)).all()
        self._held = {key: world.ports.objects.get(key) for key in keys}

    def get(self, key: str) -> bytes:
        return self._held[key]


def test_a_process_killed_anywhere_while_it_embeds_leaves_whole_photos_and_another_goes_on(
    shop: World,
) -> None:
    """The process is real and killed by SIGKILL at a statement; what the net answers is remembered."""
    move = begun(shop)
    worked(shop, move)
    whole, ports = kept(shop, move), replace(shop.ports, objects=Held(shop))
    assert len(whole) == 3
    partly = set()
    for at in itertools.count(0, 3):
        with shop.ports.database.transaction() as db:
            db.execute(delete(tables.Template))
            row = db.get_one(tables.ModelMigration, move)
            row.cursor, row.next_at = "", shop.ports.now()
        ended = survives(shop, lambda: moving.run(ports, move), at)
        left = kept(shop, move)
        assert left.items() <= whole.items(), at
        partly.add(len(left))
        shop.clock.tick(LEASE.total_seconds())
        worked(shop, move)
        assert kept(shop, move) == whole, at
        if ended:
            break
    assert {0, 3} < partly


def stage(world: World, release_id: str) -> tuple[Stage, str]:
    """Let the guard read what was decided; return the release's stage and the model set in force."""
    guarding.watch(world.ports, SHORT)
    with world.ports.database.reading() as db:
        return actions.found(db, release_id).stage, versions.active(db).model_set


def test_a_new_model_set_goes_from_shadow_to_everybody_and_back_under_the_guard(shop: World) -> None:
    worked(shop, begun(shop))
    with shop.ports.database.reading() as db:
        before = versions.active(db)
    release_id = proposed(shop)
    actions.approve(shop.ports, WANG, release_id)
    assert stage(shop, release_id) == (Stage.SHADOW, "sface")
    with shop.ports.database.reading() as db:
        after = versions.pinned(db, actions.found(db, release_id).version)
    control, treated = Try(before, by_dlib=0.7), Try(after, by_dlib=0.7, arm="treated")
    for decided, follows in (
        ([control] * 10, (Stage.FIVE, "sface")),
        ([control, control, treated] * 5, (Stage.QUARTER, "sface")),
        ([control, control, treated] * 8, (Stage.FULL, "dlib")),
    ):
        write(shop, decided)
        assert stage(shop, release_id) == follows
    # At 25 points below the threshold of the new set, the old one would have passed them.
    write(shop, [Try(after, by_dlib=0.15, arm="treated")] * 30)
    assert stage(shop, release_id) == (Stage.ROLLED_BACK, "sface")
    with shop.ports.database.reading() as db:
        assert actions.found(db, release_id).cause == Cause.FAILURES
    (move,) = migrating.history(shop.ports)
    assert move.state is MigrationState.LIVE and progress(shop, move.id).embedded == 3
