"""One stage for a module's scenes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.miniprogram.conftest import build
from tests.miniprogram.e2e.stage import SOURCE, Stage


@pytest.fixture(scope="session")
def built(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real mini-program, built for the browser."""
    return build(SOURCE, tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="session")
def stage(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Real servers, films and browsers."""
    made = Stage(tmp_path_factory.mktemp("stage"), built)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def every_screen_is_open_to_everybody(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the scene that showed a screen with barriers."""
    if "stage" not in request.fixturenames:
        yield
        return
    stage: Stage = request.getfixturevalue("stage")
    before = len(stage.screens.wrong)
    yield
    assert stage.screens.wrong[before:] == []
