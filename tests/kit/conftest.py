"""A real server and worker with a sandbox institution, for the till programmers' kit."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.installation import Installation


@pytest.fixture(scope="package")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("kit"))
    for name in ("web", "worker"):
        made.start(name)
    yield made
    made.stop()


@pytest.fixture
def sandbox(installation: Installation) -> dict[str, Any]:
    """Return the sandbox of var/demo.json."""
    given: dict[str, Any] = installation.document["sandbox"]
    return given
