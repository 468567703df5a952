"""Shared fixtures: hypothesis profiles, and one populated installation to copy.

Expensive imports are inside the fixtures, so that pure tests start at once.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from matcher.local import LocalMatcher
    from tests.support.postgres import Postgres
    from tests.support.simulated import Simulator
    from tests.support.world import World

# No deadline per example, because slow examples on shared cores are no defect.
TOO_SLOW = [HealthCheck.too_slow]
settings.register_profile("ci", deadline=None, suppress_health_check=TOO_SLOW, max_examples=100)
settings.register_profile(
    "quick", deadline=None, suppress_health_check=TOO_SLOW, max_examples=15, stateful_step_count=15
)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


# Fixtures that load the face models.
ON_MODELS = frozenset({"matcher", "populated", "world", "installed"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the face models or a PostgreSQL server, so that `make quick` can leave it out."""
    for item in items:
        fixtures = frozenset(getattr(item, "fixturenames", ()))
        if fixtures & ON_MODELS:
            item.add_marker("models")
        if "postgres" in fixtures:
            item.add_marker("postgres")


def pytest_collection_finish() -> None:
    keep_for_good()


def keep_for_good() -> None:
    """Leave what exists by now out of garbage collections: walking it took 15 % of a journey's time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def matcher() -> LocalMatcher:
    """Return the real matcher, loaded once."""
    from tests.support.remembering import RememberingMatcher

    loaded = RememberingMatcher()
    keep_for_good()
    return loaded


@pytest.fixture(scope="session")
def populated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, matcher: LocalMatcher
) -> Iterator[Path]:
    """Yield a migrated installation with enrolled persons, to be copied."""
    from tests.support import stores
    from tests.support import world as worlds

    folder = tmp_path_factory.mktemp("installation")
    if not stores.on_servers():
        worlds.populate(folder, matcher)
        keep_for_good()
        yield folder
        return
    servers = stores.Servers(request.getfixturevalue("postgres"))
    with servers.template(folder):
        worlds.populate(folder, matcher)
        servers.close(folder)
        yield folder
    servers.stop()


@pytest.fixture
def world(populated: Path, tmp_path: Path, matcher: LocalMatcher) -> Iterator[World]:
    """Yield one installation for one test."""
    from tests.support import stores
    from tests.support import world as worlds

    made = worlds.world(populated, tmp_path, matcher)
    yield made
    made.app.extensions["feed"].close()
    made.ports.database.dispose()
    stores.dropped(tmp_path)


@pytest.fixture
def installed(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return an installation that the shell's environment names."""
    from tests.support import shell

    shell.enter(tmp_path, monkeypatch)
    return world


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Yield a real PostgreSQL server."""
    from tests.support.postgres import Postgres

    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """Yield one simulator of WeChat's server for a module."""
    from tests.support.simulated import Simulator

    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    """Yield the module's simulator without any fault."""
    running.faults(clear=True)
    yield running
    running.faults(clear=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path, matcher: LocalMatcher) -> Iterator[World]:
    """Yield an installation on SQLite, then one on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("world")
        return
    from tests.support import world as worlds

    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url:
        worlds.populate(tmp_path, matcher, url)
        made = worlds.composed(tmp_path, worlds.compose(tmp_path, matcher, seed=2, url=url))
        yield made
        made.app.extensions["feed"].close()
        made.ports.database.dispose()
