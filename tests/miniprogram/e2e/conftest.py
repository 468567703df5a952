"""One stage for all scenes."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.miniprogram.conftest import build
from tests.miniprogram.e2e.browser import Browser
from tests.miniprogram.e2e.counter import Counter
from tests.miniprogram.e2e.stage import OUT, SOURCE, Stage


@pytest.fixture(scope="session")
def built(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the real mini-program, built for the browser."""
    return build(SOURCE, tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="session")
def stage(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Real servers, films and browsers; the servers' clock is in the scenes' hands."""
    made = Stage(tmp_path_factory.mktemp("stage"), built, clocked=True)
    yield made
    made.close()


@pytest.fixture(scope="module")
def window(tools: None) -> Iterator[Browser]:
    """Yield the PC's own browser."""
    made = Browser()
    yield made
    made.close()


@pytest.fixture
def counter(stage: Stage, window: Browser) -> Iterator[Counter]:
    """Yield a popup's window; at the end nothing was wrong with any screen it showed."""
    made = Counter(window, OUT / "screens", clocked=stage.clocked)
    yield made
    assert made.wrong == []
    assert made.strangers(stage.document["base_url"]) == []
    assert made.complaints() == []


@pytest.fixture(autouse=True)
def a_day_later(request: pytest.FixtureRequest) -> None:
    """Begin each scene on a day of its own: what is counted by the day is not the sum of all scenes."""
    if "stage" in request.fixturenames:
        stage: Stage = request.getfixturevalue("stage")
        if stage.clocked:
            stage.let_pass(24 * 3600)


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say with a failure what the server has decided: the phone says only what its holder may know."""
    report = yield
    stage = getattr(item, "funcargs", {}).get("stage")
    if report.failed and call.when == "call" and stage:
        report.sections.append(("decisions, newest first", stage.decisions()))
    return report
