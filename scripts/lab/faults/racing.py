"""Expiry and success at the same instant, many times, each in a thread with a clock of its own."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from api.admin import audit
from api.directory.identify import Named
from api.jobs.work import SENDERS
from api.outbound import outbox
from api.ports import Ports
from api.sandbox.player import PAUSE
from api.verification import attempt as attempts
from api.verification import case as cases
from api.verification import expiry, lifecycle
from api.verification.attempt import Choice
from api.verification.lifecycle import Purchase
from api.verification.record import WEBHOOK_TYPES
from models import tables
from models.domain.attempt import Channel
from models.domain.delivery import DeliveryKind
from models.domain.sandbox import CAST, Outcome
from models.domain.verification import VerificationState

CONTENDED = (OperationalError, IntegrityError, StaleDataError)
NOWHERE = "http://127.0.0.1:9/"
# Steps of the sandbox from waiting to passed, and those done before a race begins.
STEPS, DONE = 5, (1, 2, 3)
STEP = PAUSE + timedelta(milliseconds=1)
TRIES = 50
# Races at the same time: most of one is waiting for the disk and for the other side.
SIDE_BY_SIDE = 4


@dataclass(frozen=True, slots=True)
class Stopped:
    """A clock fixed at one instant."""

    moment: datetime

    def now(self) -> datetime:
        """Return its instant."""
        return self.moment


@dataclass(slots=True)
class Raced:
    """How many races each side won, and what did not hold."""

    passed: int = 0
    expired: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Runner:
    """One purchase at the sandbox, ready to race, when its time is over, and how long a step takes here."""

    verification_id: str
    delivery_id: str
    left: int
    due: datetime
    step_s: float


def race(ports: Ports, sandbox_id: str, rounds: int, seed: int = 7) -> Raced:
    """Let the last steps of so many purchases race their expiry; return who won and what was wrong."""
    chance = random.Random(seed)
    drawn = [(turn, chance.choice(DONE), chance.random()) for turn in range(rounds)]

    def one(turn: int, done: int, late: float) -> Raced:
        runner = _prepared(ports, sandbox_id, turn, done)
        _run(ports, runner, late * runner.left * runner.step_s)
        return _judged(ports, runner)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pairs:
        found = [begun.result() for begun in [pairs.submit(one, *each) for each in drawn]]
    raced = Raced(
        sum(one.passed for one in found),
        sum(one.expired for one in found),
        [wrong for one in found for wrong in one.wrong],
    )
    if not audit.check(ports).is_whole:
        raced.wrong.append("the chain is broken")
    return raced


def _at(ports: Ports, moment: datetime) -> Ports:
    return replace(ports, clock=Stopped(moment))


def _prepared(ports: Ports, sandbox_id: str, turn: int, done: int) -> _Runner:
    """Open a purchase, push, and take some of the sandbox's steps."""
    person = next(one for one in CAST if one.outcome is Outcome.PASSED)
    holder = Named(person.name, person.number)
    purchase = Purchase(f"X-{turn}", 100, "1号台", ("c1", "收银"), holder, notify_url=NOWHERE)
    case, _ = lifecycle.create(ports, sandbox_id, purchase)
    verification_id = case.verification.id
    attempts.begin(ports, sandbox_id, verification_id, Channel.PUSH, Choice(person.person_id))
    row = tables.Delivery
    wanted = select(row.id).where(row.verification_id == verification_id, row.kind == DeliveryKind.SANDBOX)
    with ports.database.reading() as db:
        delivery_id = db.scalars(wanted).one()
        over = cases.next_due(cases.load(db, verification_id, lock=False))
    begun = time.monotonic()
    for step in range(done):
        _step(_at(ports, over - (STEPS - step) * STEP), delivery_id)
    step_s = (time.monotonic() - begun) / done
    with ports.database.reading() as db:
        due = cases.next_due(cases.load(db, verification_id, lock=False))
    return _Runner(verification_id, delivery_id, STEPS - done, due, step_s)


def _step(ports: Ports, delivery_id: str) -> None:
    outbox.send(ports, SENDERS[DeliveryKind.SANDBOX], delivery_id)


def _run(ports: Ports, runner: _Runner, head_start_s: float) -> None:
    """Take the last steps just in time by one clock, and settle the expiry by another."""
    together = threading.Barrier(2)
    begin = runner.due - runner.left * STEP

    def succeed() -> None:
        together.wait()
        for step in range(runner.left):
            _again(partial(_step, _at(ports, begin + step * STEP), runner.delivery_id))

    def expire() -> None:
        together.wait()
        time.sleep(head_start_s)
        _again(lambda: expiry.settle(_at(ports, runner.due), runner.verification_id))

    with ThreadPoolExecutor(2) as threads:
        for side in [threads.submit(succeed), threads.submit(expire)]:
            side.result()


def _again(action: Callable[[], None]) -> None:
    """Do it, once more for each time that the database lets the other side go first."""
    for left in reversed(range(TRIES)):
        try:
            action()
        except CONTENDED:
            if not left:
                raise
        else:
            return


def _judged(ports: Ports, runner: _Runner) -> Raced:
    """Return the winner, and what one purchase must not show."""
    event, row = tables.Event, tables.Delivery
    with ports.database.reading() as db:
        case = cases.load(db, runner.verification_id, lock=False)
        of_it = select(event).where(event.verification_id == runner.verification_id)
        events = list(db.scalars(of_it.order_by(event.seq)))
        webhooks = select(row.event_id).where(row.verification_id == runner.verification_id)
        sent = [one or 0 for one in db.scalars(webhooks.where(row.kind == DeliveryKind.WEBHOOK))]
    types = [one.type for one in events]
    passed = case.verification.state is VerificationState.PASSED
    ended = [types.count(f"attempt.{state}") for state in ("passed", "expired")]
    expected = [int(passed), int(not passed)]
    wrong = {
        "ends": ended != expected or types.count("verification.passed") != int(passed),
        "states": [one.state.value for one in case.attempts] != ["passed" if passed else "expired"],
        "receipt": (case.verification.receipt is not None) != passed,
        "numbers": [one.seq for one in events] != list(range(1, len(events) + 1)),
        "webhooks": sorted(sent) != sorted(one.id for one in events if one.type in WEBHOOK_TYPES),
    }
    told = [f"{name} {case.verification.order_no} {types}" for name, bad in wrong.items() if bad]
    return Raced(int(passed), int(not passed), told)
