"""A whole run: start the service, use it, break it repeatedly, let it settle, and judge."""

import json
import os
import random
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.lab.faults.casting import cast
from scripts.lab.faults.evidence import evidence
from scripts.lab.faults.injuries import Injured, injuries, missing, small_disk, told
from scripts.lab.faults.receiver import Receiver
from scripts.lab.faults.recovery import recovered_s
from scripts.lab.faults.settling import settled
from scripts.lab.faults.stories import Stories
from scripts.stack.stack import Entries, Stack

DISK_MB = 500
POINTED = "scripts.lab.faults.points"
PERSONS = 80


@dataclass(frozen=True, slots=True)
class Wanted:
    """Extent of a run: fault groups, faulted purchases, maximum seconds, concurrent clients."""

    groups: tuple[str, ...] = ()
    faulted: int = 1000
    seconds: float = 3000.0
    clients: int = 12
    seed: int = 7


@dataclass(slots=True)
class Course:
    """Course of a run: the faults' spans, what happened when, and the recovery times by fault."""

    spans: list[tuple[float, float]] = field(default_factory=list)
    timeline: list[str] = field(default_factory=list)
    recovery_s: dict[str, list[float]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def run(folder: Path, wanted: Wanted) -> dict[str, Any]:
    """Run in an empty folder; return figures and defects."""
    with ExitStack() as held:
        disk = held.enter_context(small_disk(folder / "postgres", DISK_MB))
        points = folder / "points"
        points.mkdir()
        os.environ["POINTS"] = str(points)
        stack = held.enter_context(Stack(folder, entries=Entries(f"{POINTED}:create_app()", POINTED)))
        return _run(stack, wanted, points, disk)


def _run(stack: Stack, wanted: Wanted, points: Path, disk: Path | None) -> dict[str, Any]:
    begun, course, made = time.monotonic(), Course(left_out=missing(disk)), cast(stack, PERSONS)
    receiver = Receiver(made.webhook_secrets())
    stories = Stories(stack, made, receiver.url, wanted.seed)
    stories.start(wanted.clients)
    try:
        at = Injured(stack, receiver, points, disk, random.Random(wanted.seed))
        _break(at, stories, course, wanted)
    finally:
        stories.stop()
    verdict = settled(stack, stories.ledger, receiver, made)
    receiver.close()
    faulted = len(stories.ledger.faulted(course.spans))
    return {
        "faulted": faulted,
        **verdict.counts(),
        "max_recovery_s": max((s for found in course.recovery_s.values() for s in found), default=0.0),
        "faults": {name: len(found) for name, found in course.recovery_s.items()},
        "recovery_s": course.recovery_s,
        "purchases": len(stories.ledger.purchases),
        "ends": Counter(one.ends[-1] if one.ends else "none" for one in stories.ledger.purchases),
        "stories": Counter(one.story for one in stories.ledger.purchases),
        "upper_95": round(1 - 0.05 ** (1 / max(1, faulted)), 5),
        "left_out": course.left_out,
        "wrong": {name: found[:20] for name, found in verdict.named().items() if found},
        "evidence": evidence(stack, verdict),
        "timeline": course.timeline,
        "client_failures": Counter(stories.failures),
        "seconds": round(time.monotonic() - begun),
    }


def _break(at: Injured, stories: Stories, course: Course, wanted: Wanted) -> None:
    """Inject the faults in turn until enough purchases were affected, or time is up."""
    known = injuries(at.disk)
    chosen = [(name, act) for name in (wanted.groups or tuple(known)) for act in known[name]]
    at.chance.shuffle(chosen)
    give_up = time.monotonic() + wanted.seconds
    time.sleep(3)
    done = 0
    while time.monotonic() < give_up:
        group, act = chosen[done % len(chosen)]
        done += 1
        began, at_clock = time.monotonic(), datetime.now(UTC)
        act(at)
        over = time.monotonic()
        took = recovered_s(at.stack, over)
        course.spans.append((began, over + took))
        course.timeline.append(f"{at_clock:%H:%M:%S} {told(act)}: {over - began:.1f} s, then {took:.1f} s")
        course.recovery_s.setdefault(group, []).append(round(took, 1))
        faulted = len(stories.ledger.faulted(course.spans))
        print(f"  {told(act):24} moves after {took:4.1f} s; {faulted} purchases met a fault", flush=True)
        if faulted >= wanted.faulted and done >= len(chosen):
            return


def written(report: dict[str, Any], out: Path, name: str = "faults.json") -> None:
    """Write a report below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2, ensure_ascii=False)
    (out / name).write_text(text + "\n", encoding="utf-8")
