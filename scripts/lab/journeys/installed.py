"""Plays the journeys on an installed machine whose WeChat is the simulator, beside an operator's commands."""

import queue
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from models.domain.verification import TERMINAL
from scripts.lab.faults.casting import Cast
from scripts.lab.faults.ledger import Ledger
from scripts.lab.faults.phone import Phone
from scripts.lab.faults.receiver import Receiver
from scripts.lab.faults.settling import LOOK_S, REST_S, messages
from scripts.lab.journeys.canary import known, leaks
from scripts.lab.journeys.playing import Journeys
from scripts.lab.journeys.run import count, disturbed

Document = dict[str, Any]
UNDISTURBED = "undisturbed"


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed machine, by what `yibao-deploy actors` printed there."""

    document: Document

    @property
    def base_url(self) -> str:
        """Return the service's address."""
        return str(self.document["base_url"])

    @property
    def simulator_url(self) -> str:
        """Return WeChat's address."""
        return str(self.document["simulator_url"])

    def cast(self) -> Cast:
        """Return its persons and institutions."""
        people: queue.SimpleQueue[Document] = queue.SimpleQueue()
        for person in self.document["persons"]:
            people.put(person)
        pharmacy = self.document["institutions"][0]
        return Cast(self.document["sandbox"], pharmacy, pharmacy, pharmacy, people)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Extent of a run: commands in turn, journeys of each kind in every phase, concurrent tills, logs."""

    commands: Sequence[str] = ()
    of_each: int = 5
    clients: int = 4
    logs: Path | None = None


class Told(Journeys):
    """The journeys in production, which draws actions that no film of ours shows."""

    @staticmethod
    def _face(phone: Phone, scene: str) -> None:
        """Have WeChat verify the customer on the cashier's phone."""
        phone.consent(scene)
        phone.verify(scene, "ok")


def play(installed: Installed, receiver: Receiver, wanted: Wanted) -> Document:
    """Play undisturbed and during each command; return phases, defects and leaks, as `run.run` does."""
    made, failures = installed.cast(), list[str]()
    journeys = Told(installed, made, receiver.url)
    journeys.start(wanted.clients)
    try:
        phases = [disturbed(journeys, UNDISTURBED, lambda: None, wanted.of_each)]
        for command in wanted.commands:
            phases.append(
                disturbed(journeys, command, partial(run_beside, command, failures), wanted.of_each)
            )
            print(
                f"{command}: {len(journeys.ledger.purchases)} purchases so far", file=sys.stderr, flush=True
            )
    finally:
        journeys.stop()
    receiver.mood = "well"
    give_up = time.monotonic() + REST_S
    while (missing := unheard(journeys.ledger, receiver)) and time.monotonic() < give_up:
        time.sleep(LOOK_S)
    phases[-1].ended = time.monotonic()
    for phase in phases:
        count(phase, journeys.ledger.purchases)
    twice = [scene for scene, times in messages(installed, journeys.ledger, made).items() if times > 1]
    entries = known(installed.document)
    return {
        "phases": [phase.shown() for phase in phases],
        "failures": [*journeys.failures, *failures],
        "defects": {"webhooks": missing, "messages": twice, "forged": ["a webhook"] * receiver.forged},
        "webhooks": sum(receiver.seen.values()),
        "leaks": leaks(wanted.logs, journeys.ledger, entries) if wanted.logs else [],
    }


def unheard(ledger: Ledger, receiver: Receiver) -> list[str]:
    """Return the purchases whose end no webhook told."""
    heard = {(verification, kind) for verification, _seq, kind in receiver.seen}
    return [
        f"{one.story} {one.order_no}"
        for one in ledger.purchases
        for end in set(one.ends) & TERMINAL
        if (one.verification_id, f"verification.{end}") not in heard
    ]


def run_beside(command: str, failures: list[str]) -> None:
    """Run an operator's command, with its output on standard error; add one that fails to the failures."""
    status = subprocess.run(shlex.split(command), stdout=sys.stderr, check=False).returncode
    if status:
        failures.append(f"{command}: ended with {status}")
