"""A worker survives outages, and exits when it is stuck."""

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from huey import MemoryHuey
from sqlalchemy.exc import OperationalError

from api.beats import Beats
from api.jobs.work import Jobs
from api.sweeper import Sweeper
from models import tables
from tests.support import play
from tests.support.fakes import FakeClock
from tests.support.world import World

STOPPED = """
import os, signal, time
from huey import MemoryHuey
from api.jobs.consuming import consumer
huey = MemoryHuey(results=False)
@huey.task()
def send():
    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.5)
    print("sent", flush=True)
send()
consumer(huey).run()
"""


class AwayQueue(MemoryHuey):
    """A queue that is unreachable for a while."""

    away = True

    def enqueue(self, task: object) -> object:
        if self.away:
            raise ConnectionError("redis is away")
        return super().enqueue(task)


class StuckJobs:
    """Jobs whose sweep never returns."""

    def __init__(self) -> None:
        self.free = threading.Event()

    def sweep(self) -> int:
        self.free.wait(30)
        return 0


def test_a_sweep_survives_an_unreachable_queue_and_issues_the_row_later(world: World) -> None:
    verification = play.opened(world)
    play.attempt(world, verification, channel="push", person_id=next(iter(world.ids.values())))
    queue = AwayQueue(immediate=False, results=False)
    jobs = Jobs(world.ports, queue)
    jobs.sweep()
    assert len(queue) == 0
    queue.away = False
    jobs.sweep()
    assert len(queue) > 0
    jobs.close()


def test_a_worker_whose_sweep_is_stuck_ends_with_an_error(world: World) -> None:
    jobs, stop, ended = StuckJobs(), threading.Event(), list[int]()
    sweeper = Sweeper(jobs, Beats(world.ports), stop, ended.append, stuck_s=0.2)
    running = threading.Thread(target=sweeper.run)
    running.start()
    sweeper.watch()
    assert ended == [70]
    stop.set()
    jobs.free.set()
    running.join()


def test_a_worker_told_to_stop_finishes_what_it_is_sending() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STOPPED], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "sent\n"


def test_each_worker_has_one_heartbeat(world: World) -> None:
    beats = Beats(world.ports)
    beats.beat(3)
    world.clock.tick(1)
    beats.beat(4)
    with world.ports.database.reading() as db:
        rows = db.query(tables.WorkerBeat).all()
    assert [(row.sweep_ms, row.at) for row in rows] == [(4, world.clock.now())]


def test_a_worker_with_a_fast_clock_does_nothing(world: World) -> None:
    right = Beats(world.ports)
    ahead = FakeClock(world.clock.now() + timedelta(minutes=10))
    wrong = Beats(replace(world.ports, clock=ahead))
    right.beat(1)
    assert not wrong.clock.trusted(), "no job is run before the first check"
    assert not wrong.clock.is_right() and not wrong.clock.trusted()
    for _ in range(3):
        world.clock.tick(2)
        ahead.tick(2)
        right.beat(1)
        assert not wrong.clock.is_right()
    ahead.tick(-600)
    assert wrong.clock.is_right() and wrong.clock.trusted()


def test_a_worker_alone_trusts_its_clock(world: World) -> None:
    assert Beats(world.ports).clock.is_right()


def test_no_clock_is_right_before_it_was_compared_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("select now()", {}, Exception("away"))

    beats = Beats(world.ports)
    with monkeypatch.context() as change:
        change.setattr(beats.clock, "_agrees", away)
        assert not beats.clock.is_right() and not beats.clock.trusted()
    assert beats.clock.is_right()
    world.clock.tick(61)
    monkeypatch.setattr(beats.clock, "_agrees", away)
    assert beats.clock.is_right()
