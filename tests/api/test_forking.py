"""A worker's parent replaces a killed child, and ends with one that ended by itself."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys, time; from api.forking import Parent; sys.exit(Parent(lambda: {work}).run())"


@pytest.fixture
def parent() -> Iterator[psutil.Popen]:
    command = [sys.executable, "-c", PROGRAM.format(work="time.sleep(60)")]
    with psutil.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        yield process
        if process.is_running():
            process.kill()


def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("waited 30 s in vain")


def child(parent: psutil.Popen) -> psutil.Process:
    until(lambda: bool(parent.children()))
    found: psutil.Process = parent.children()[0]
    return found


def test_a_killed_child_is_replaced_and_a_stop_ends_both(parent: psutil.Popen) -> None:
    first = child(parent)
    first.kill()
    until(lambda: not first.is_running())
    second = child(parent)
    assert second.pid != first.pid
    parent.terminate()
    assert parent.wait(timeout=10) == 0
    assert not second.is_running()


def test_a_child_does_not_outlive_its_parent(parent: psutil.Popen) -> None:
    orphan = child(parent)
    parent.kill()
    until(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE)


def test_the_exit_code_of_a_child_that_ended_by_itself_is_the_parents() -> None:
    command = [sys.executable, "-c", PROGRAM.format(work="sys.exit(70)")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 70
