"""Sweeps stay cheap and complete: one worker per cluster, small batches, nothing left behind."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from api.admin import audit
from api.directory import file_deletion
from api.jobs import leases
from api.jobs.due import Chore
from api.privacy import retention
from models import tables
from models.objects import Objects
from tests.support import play
from tests.support.world import World


def test_one_worker_of_the_cluster_tidies_up_and_another_after_it_died(world: World) -> None:
    assert [leases.taken(world.ports, Chore.RETENTION) for _ in range(3)] == [True, False, False]
    assert leases.taken(world.ports, Chore.ANCHOR)
    world.clock.tick(56)
    assert leases.taken(world.ports, Chore.RETENTION)
    assert [leases.taken(world.ports, Chore.BACKGROUND) for _ in range(2)] == [True, True]


def test_more_than_a_batch_is_deleted_in_one_sweep(world: World) -> None:
    old = world.clock.now() - timedelta(days=200)
    with world.ports.database.transaction() as db:
        db.add_all(
            tables.Miss(institution_id="i", counter="c", at=old) for _ in range(2 * retention.BATCH + 1)
        )
    retention.sweep(world.ports)
    with world.ports.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(tables.Miss)) == 0


def test_files_of_an_unreachable_store_are_deleted_by_a_later_sweep(world: World, tmp_path: Path) -> None:
    world.ports.objects.put("photos/a/1", b"a face")
    with world.ports.database.transaction() as db:
        file_deletion.delete_later(world.ports, db, ["photos/a/1", "photos/never/1"])
    away = Objects("http://127.0.0.1:9/store", world.ports.vault)
    file_deletion.delete_due(replace(world.ports, objects=away))
    assert world.ports.objects.list("photos/a") == ["photos/a/1"]
    retention.sweep(world.ports)
    assert world.ports.objects.list("photos/a") == []
    with world.ports.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(tables.DoomedObject)) == 0


def test_anchors_are_written_in_batches(world: World) -> None:
    for number in range(3):
        play.opened(world, order_no=f"A-{number}")
    assert audit.write(world.ports, at_once=2) == 3
    checked = audit.check(world.ports)
    assert (checked.anchors, checked.is_whole) == (2, True)
    assert audit.write(world.ports) == 0


def test_statistics_are_renewed_without_a_fault(world: World) -> None:
    world.ports.database.optimize()
    assert play.opened(world)
