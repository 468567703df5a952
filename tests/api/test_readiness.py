"""Readiness of a process: each requirement removed by itself."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from api.beats import Beats
from api.health.clock import APART
from api.health.readiness import BEAT_AT_MOST, KEPT, Readiness, findings
from matcher.local import LocalMatcher
from matcher.service.remote import RemoteMatcher
from models import migrate, tables
from models.database import Database
from tests.support import disks, matching, play
from tests.support import world as worlds
from tests.support.postgres import Postgres
from tests.support.stores import ON_FILES
from tests.support.world import World


@pytest.fixture
def swept(world: World) -> World:
    """Return an installation whose worker has just swept."""
    Beats(world.ports).beat(12)
    return world


def wrong(world: World) -> dict[str, str]:
    return {one.name: one.wrong for one in findings(world.ports) if one.wrong}


def beat_at(world: World, seconds: float) -> None:
    with world.ports.database.transaction() as db:
        db.merge(tables.WorkerBeat(id="wrk_x", at=world.ports.now() + timedelta(seconds=seconds), sweep_ms=1))


def test_a_process_that_has_all_it_needs_is_ready(swept: World) -> None:
    answer = swept.app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ready",
        "checks": ["database", "schema", "worker", "clock", "matcher", "disk"],
    }


def test_no_worker_for_ten_seconds_is_503_until_one_sweeps_again(swept: World) -> None:
    asked = swept.app.test_client()
    swept.clock.tick(BEAT_AT_MOST.total_seconds())
    assert asked.get("/readyz").status_code == 200
    swept.clock.tick(3)
    refused = play.refused(asked.get("/readyz"), 503, "not_ready")
    assert refused["detail"] == "not ready: worker (13 s)"
    # The process itself is healthy: supervisors query this route.
    assert asked.get("/healthz").status_code == 200
    Beats(swept.ports).beat(12)
    swept.clock.tick(KEPT.total_seconds())
    assert asked.get("/readyz").status_code == 200


def test_an_installation_whose_worker_never_ran_is_not_ready(world: World) -> None:
    assert wrong(world) == {"worker": "none has ever run"}


def test_a_clock_behind_the_workers_is_named(swept: World) -> None:
    beat_at(swept, APART.total_seconds())
    assert wrong(swept) == {}
    beat_at(swept, 7)
    assert wrong(swept) == {"clock": "7 s apart"}


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_a_schema_behind_or_far_ahead_is_named(swept: World, revision: str) -> None:
    with swept.ports.database.transaction() as db:
        db.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": revision})
    assert wrong(swept) == {"schema": revision}


def test_an_unreachable_database_is_the_only_finding_about_it(swept: World, tmp_path: Path) -> None:
    away = Database(f"sqlite:///{tmp_path}/nowhere/db.sqlite")
    found = findings(replace(swept.ports, database=away))
    assert {one.name: one.wrong for one in found if one.wrong} == {"database": "OperationalError"}
    assert [one.name for one in found] == ["database", "matcher", "disk"]


def test_a_matcher_that_does_not_answer_is_named(swept: World) -> None:
    nobody = f"http://127.0.0.1:{matching.free_port()}"
    with closing(RemoteMatcher(nobody, b"secret", matching.new_id)) as matcher:
        found = findings(replace(swept.ports, matcher=matcher))
    assert [one.name for one in found if one.wrong] == ["matcher"]


def test_the_findings_are_kept_for_a_moment(swept: World) -> None:
    """Anybody may ask, at any rate."""
    readiness = Readiness(swept.ports)
    assert len(readiness.check()) == 6
    beat_at(swept, 7)
    assert len(readiness.check()) == 6


@pytest.fixture
def cramped(populated: Path, matcher: LocalMatcher, tmp_path: Path) -> Iterator[tuple[World, Path]]:
    with disks.small(tmp_path / "disk", 24) as folder:
        made = worlds.world(populated, folder, matcher)
        yield made, folder
        made.app.extensions["feed"].close()
        made.ports.database.dispose()


@ON_FILES
def test_a_disk_with_less_than_a_twentieth_left_is_named_before_it_is_full(
    cramped: tuple[World, Path],
) -> None:
    world, disk = cramped
    Beats(world.ports).beat(1)
    assert wrong(world) == {}
    ballast = disks.fill(disk)
    with ballast.open("r+b") as file:
        file.truncate(ballast.stat().st_size - 700_000)
    assert wrong(world) == {"disk": "objects and database and anchors"}
    with world.ports.database.transaction() as db:
        db.execute(text("UPDATE write_probe SET at = NULL"))
    ballast.unlink()
    assert wrong(world) == {}


def test_the_clock_is_compared_with_postgresqls(postgres: Postgres, swept: World) -> None:
    with postgres.database() as url, closing_engine(url) as database:
        migrate.upgrade(url)
        moved = replace(swept, ports=replace(swept.ports, database=database))
        beat_at(moved, 0)
        # The test's clock stands in 2026, the server's does not.
        assert list(wrong(moved)) == ["clock"]


@contextmanager
def closing_engine(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.dispose()
