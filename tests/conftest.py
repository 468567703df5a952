"""What many tests share: how long hypothesis may search, and one populated installation to copy."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from matcher.local import LocalMatcher
from tests.support import world as worlds
from tests.support.postgres import Postgres
from tests.support.world import World

# Two shared cores: a slow example is no defect, so there is no deadline per example.
settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def matcher() -> LocalMatcher:
    """The real matcher, loaded once."""
    return LocalMatcher(sets=1)


@pytest.fixture(scope="session")
def populated(tmp_path_factory: pytest.TempPathFactory, matcher: LocalMatcher) -> Path:
    """A migrated installation with enrolled persons, to be copied."""
    folder = tmp_path_factory.mktemp("installation")
    worlds.populate(folder, matcher)
    return folder


@pytest.fixture
def world(populated: Path, tmp_path: Path, matcher: LocalMatcher) -> Iterator[World]:
    """One installation for one test."""
    made = worlds.world(populated, tmp_path, matcher)
    yield made
    made.app.extensions["feed"].close()
    made.ports.database.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server."""
    server = Postgres()
    yield server
    server.stop()
