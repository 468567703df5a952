"""The supervisor of the stack: whatever ends is started again."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.stack.places import Places, Size
from scripts.stack.supervisor import Service, Supervisor

# Says that it runs, with a child of its own, and waits.
LIVES = (
    "import subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "open('pids', 'a').write(f'{child.pid}\\n'); time.sleep(60)"
)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path) as made:
        yield made


def soon(found: Callable[[], object]) -> None:
    give_up = time.monotonic() + 30
    while not found():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def service(words: str) -> Service:
    return Service("one", (sys.executable, "-c", words), dict(os.environ))


def children(folder: Path) -> list[int]:
    file = folder / "pids"
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_service_that_ends_is_restarted(supervisor: Supervisor) -> None:
    supervisor.start(service("raise SystemExit(0)"))
    soon(lambda: supervisor.starts("one") >= 2)


def test_a_killed_service_is_restarted_without_its_old_children(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start(service(LIVES))
    soon(lambda: children(tmp_path))
    supervisor.kill("one")
    assert gone(children(tmp_path)[0])
    soon(lambda: len(children(tmp_path)) == 2)


def test_a_held_down_service_stays_stopped_until_released(supervisor: Supervisor) -> None:
    supervisor.start(service("import time; time.sleep(60)"))
    with supervisor.held_down("one"):
        time.sleep(1)
        assert supervisor.starts("one") == 1 and not supervisor.processes("one")
    soon(lambda: supervisor.starts("one") == 2)


def test_a_frozen_service_uses_no_cpu_until_released(supervisor: Supervisor) -> None:
    supervisor.start(service("while True: pass"))
    soon(lambda: supervisor.cpu_seconds("one") > 0.1)
    with supervisor.frozen("one"):
        time.sleep(0.1)
        used = supervisor.cpu_seconds("one")
        time.sleep(0.3)
        assert supervisor.cpu_seconds("one") == used
    soon(lambda: supervisor.cpu_seconds("one") > used)


def test_no_process_is_left_after_closing(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(service(LIVES))
        soon(lambda: children(tmp_path))
    assert all(gone(pid) for pid in children(tmp_path))


def test_a_stacks_ports_are_distinct() -> None:
    places = Places.draw(Size(apis=3, workers=1, matchers=2))
    all_ports = [places.public, places.simulator, places.redis, places.store, places.objects, places.matcher]
    all_ports += [*places.apis, *places.matchers]
    assert len(set(all_ports)) == 11
