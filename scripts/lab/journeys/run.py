"""A whole run: start a stack, play the journeys through every disturbance, let it settle, and judge."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from scripts.lab.faults.casting import cast
from scripts.lab.faults.ledger import Purchase
from scripts.lab.faults.receiver import Receiver
from scripts.lab.faults.settling import settled
from scripts.lab.journeys import disturbances
from scripts.lab.journeys.canary import known, leaks
from scripts.lab.journeys.copying import copied
from scripts.lab.journeys.disturbances import Disturbance
from scripts.lab.journeys.playing import JOURNEYS, Journeys
from scripts.stack.stack import Stack

LOOK_S = 0.2
# A journey that is not heard of for so long has failed.
PATIENCE_S = 120.0
PHASES: dict[str, Disturbance] = {
    "undisturbed": disturbances.nothing,
    "one of each killed": disturbances.kills,
    "rolling restart": disturbances.restarts,
    "upgrade by one revision": disturbances.upgrade,
    "roll back": disturbances.back,
    "backup, restored elsewhere": copied,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Extent of a run: phases by name, journeys of each kind in every phase, concurrent tills, people."""

    phases: Sequence[str] = tuple(PHASES)
    of_each: int = 1
    clients: int = 4
    persons: int = 150


@dataclass(slots=True)
class Phase:
    """Journeys that ended during a disturbance, by name; `failed`: those that ended wrongly."""

    name: str
    began: float
    ended: float = 0.0
    journeys: dict[str, int] = field(default_factory=dict)
    repeats: int = 0
    failed: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Return it for the report."""
        kept = {name: getattr(self, name) for name in ("name", "journeys", "repeats", "failed")}
        return kept | {"seconds": round(self.ended - self.began, 1)}


def run(stack: Stack, wanted: Wanted) -> dict[str, Any]:
    """Play on a started stack; return phases, defects and leaks."""
    made = cast(stack, wanted.persons)
    people = [made.people.get() for _ in range(made.people.qsize())]
    for person in people:
        made.people.put(person)
    receiver = Receiver(made.webhook_secrets())
    journeys = Journeys(stack, made, receiver.url)
    journeys.start(wanted.clients)
    try:
        phases = []
        for name in wanted.phases:
            phases.append(disturbed(journeys, name, partial(PHASES[name], stack), wanted.of_each))
            print(f"{name}: {len(journeys.ledger.purchases)} purchases so far", file=sys.stderr, flush=True)
    finally:
        journeys.stop()
    verdict = settled(stack, journeys.ledger, receiver, made)
    receiver.close()
    phases[-1].ended = time.monotonic()
    for one in phases:
        count(one, journeys.ledger.purchases)
    defects = {name: found for name, found in asdict(verdict).items() if found}
    return {
        "phases": [one.shown() for one in phases],
        "failures": journeys.failures,
        "defects": defects,
        "webhooks": sum(receiver.seen.values()),
        "leaks": leaks(stack.folder, journeys.ledger, [made.native, *people, *known(stack.document)]),
    }


def rows(report: dict[str, Any]) -> list[dict[str, object]]:
    """Return the phases as a table: journeys ended of each kind, requests repeated, journeys failed."""
    return [
        {"phase": phase["name"], "s": phase["seconds"]}
        | {name: phase["journeys"].get(name, 0) for name in JOURNEYS}
        | {"repeated": phase["repeats"], "failed": len(phase["failed"])}
        for phase in report["phases"]
    ]


def wrong(report: dict[str, Any]) -> str:
    """Return everything that must not be, in one sentence; empty where all is well."""
    said = [f"{phase['name']}: {one}" for phase in report["phases"] for one in phase["failed"]]
    said += [
        f"{phase['name']}: no {name}"
        for phase in report["phases"]
        for name in JOURNEYS
        if name not in phase["journeys"]
    ]
    said += [f"{name}: {one}" for name, found in report["defects"].items() for one in found]
    return "; ".join([*said, *report["failures"], *report["leaks"]])


def disturbed(journeys: Journeys, name: str, disturb: Callable[[], object], of_each: int) -> Phase:
    """Disturb the service until that is over and enough journeys of each kind have ended."""
    made = Phase(name, time.monotonic())
    disturb()
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        made.ended = time.monotonic()
        ended = [one.story for one in journeys.ledger.purchases if one.ended > made.began]
        if all(ended.count(story) >= of_each for story, _ in JOURNEYS.values()):
            break
        time.sleep(LOOK_S)
    return made


def count(phase: Phase, purchases: Sequence[Purchase]) -> None:
    """Count the journeys that ended in a phase."""
    names = {story: name for name, (story, _) in JOURNEYS.items()}
    for one in purchases:
        if not phase.began < one.ended <= phase.ended:
            continue
        name = names[one.story]
        phase.journeys[name] = phase.journeys.get(name, 0) + 1
        phase.repeats += one.repeats
        if one.gave_up or set(one.ends) != {JOURNEYS[name][1]}:
            phase.failed.append(f"{name} {one.order_no} {one.ends[-1:]} {one.gave_up or one.left}".strip())
