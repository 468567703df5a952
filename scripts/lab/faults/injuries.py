"""The faults by name: each breaks one part briefly; only the supervisor restarts anything."""

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx

from scripts.lab.faults.points import POINTS
from scripts.lab.faults.receiver import Receiver
from scripts.stack.stack import Stack

KINDS = ("api", "worker", "matcher", "nginx")
# Debian puts it below its machine's folder.
LIBFAKETIME = ("*/faketime/libfaketime.so.1", "faketime/libfaketime.so.1")
AWAY_S = 4.0
# libfaketime makes Python's sleep fail where the monotonic clock is left alone.
SLEEP = "import threading, time\ntime.sleep = lambda seconds: threading.Event().wait(seconds) and None\n"
# A point that no process reaches within this time is given up.
POINT_S = 10.0


@dataclass(frozen=True, slots=True)
class Injured:
    """The targets of the faults."""

    stack: Stack
    receiver: Receiver
    points: Path
    disk: Path | None
    chance: random.Random


Injury = Callable[[Injured], None]


def injuries(disk: Path | None) -> dict[str, list[Injury]]:
    """Return every fault under its group's name, without those named by `missing`."""
    return {
        "kill": [partial(act, kind=kind) for kind in KINDS for act in (_kill, _kill_child)],
        "points": [partial(_point, point=point) for point in POINTS],
        "postgres": [partial(_kill, kind="postgres")],
        "redis": [partial(_kill, kind="redis"), partial(_away, name="redis")],
        "store": [partial(_away, name="objects"), partial(_frozen, name="store")],
        "wechat": [partial(_away, name="simulator"), partial(_wechat, fault={"status": 500})],
        "receiver": [partial(_mood, mood="500"), partial(_mood, mood="close")],
        "clock": [partial(_clock, shift=shift) for shift in ("+10m", "-10m")] if faketime() else [],
        "disk": [_full] if disk else [],
    }


def told(act: Injury) -> str:
    """Return a fault's name for printing."""
    if isinstance(act, partial):
        return f"{act.func.__name__.strip('_')} {next(iter(act.keywords.values()))}"
    return "full disk"


def missing(disk: Path | None) -> list[str]:
    """Return the faults that this machine cannot inject, and what they need."""
    said = [] if faketime() else ["NO CLOCK FAULTS: apt-get install libfaketime"]
    return said + ([] if disk else ["NO FULL DISK: mounting a tmpfs needs root on Linux"])


def faketime() -> str | None:
    """Return the library that shifts a process's clock, or None."""
    return next((str(path) for place in LIBFAKETIME for path in Path("/usr/lib").glob(place)), None)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """Mount a tmpfs on a folder; yield None where that is not permitted."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _kill(at: Injured, kind: str) -> None:
    """Kill one service of a kind with all its processes."""
    at.stack.supervisor.kill(_one(at, kind))


def _kill_child(at: Injured, kind: str) -> None:
    """Kill the process that does a service's work, as a machine without memory does."""
    at.stack.supervisor.kill_child(_one(at, kind))


def _one(at: Injured, kind: str) -> str:
    """Return a service of a kind."""
    return at.chance.choice([name for name in at.stack.supervisor.names() if name.split("-")[0] == kind])


def _point(at: Injured, point: str) -> None:
    """Have the next process that reaches a point die there."""
    file = at.points / point
    file.touch()
    give_up = time.monotonic() + POINT_S
    while file.exists() and time.monotonic() < give_up:
        time.sleep(0.05)
    file.unlink(missing_ok=True)


def _away(at: Injured, name: str) -> None:
    with at.stack.supervisor.held_down(name):
        time.sleep(AWAY_S)


def _frozen(at: Injured, name: str) -> None:
    with at.stack.supervisor.frozen(name):
        time.sleep(AWAY_S)


def _wechat(at: Injured, fault: dict[str, object]) -> None:
    url = f"{at.stack.simulator_url}/sim/v1/faults"
    httpx.post(url, json=fault, trust_env=False)
    time.sleep(AWAY_S)
    httpx.post(url, json={"clear": True}, trust_env=False)


def _mood(at: Injured, mood: str) -> None:
    at.receiver.mood = mood
    time.sleep(AWAY_S)
    at.receiver.mood = "lossy"


def _clock(at: Injured, shift: str) -> None:
    """Run a worker with a wrong clock for a while, then the correct one again."""
    name = at.chance.choice([one for one in at.stack.supervisor.names() if one.startswith("worker")])
    right = at.stack.supervisor.service(name)
    (at.points / "sitecustomize.py").write_text(SLEEP, encoding="ascii")
    wrong = {
        "PYTHONPATH": os.pathsep.join((str(at.points), right.environment["PYTHONPATH"])),
        "LD_PRELOAD": str(faketime()),
        "FAKETIME": shift,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    at.stack.supervisor.start(replace(right, environment={**right.environment, **wrong}))
    time.sleep(2 * AWAY_S)
    at.stack.supervisor.start(right)


def _full(at: Injured) -> None:
    """Fill the disk of the database and its log."""
    ballast = (at.disk or Path()) / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    time.sleep(AWAY_S)
    ballast.unlink()
