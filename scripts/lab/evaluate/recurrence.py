"""`recurrence --films DIR --out DIR`: films looped or run forward and backward, beside living people."""

import argparse
import json
import multiprocessing
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from matcher.liveness import recurrence, replay, retraced
from matcher.liveness.retraced import AGAIN, BACK
from matcher.local import LocalMatcher
from matcher.types import Observation
from models.domain.policy import Policy
from scripts.lab.evaluate import rates
from scripts.lab.evaluate.films.shown_again import LENGTHS, Filmed, clips, living
from scripts.lab.evaluate.presentations import BONA_FIDE, labels

RATES = (3.0, 5.0, 10.0)
SLOWED = (5.0, 0.5)
LIVING = "living"
# Share of the other persons' stretches that a threshold may refuse.
REFUSED = 0.005


@dataclass(frozen=True, slots=True)
class Seen:
    """Both rules' results on one capture; `ways` are the agreements of BACK and AGAIN, in their order."""

    person: str
    kind: str
    rate: float
    speed: float
    creases: bool
    way: bool
    ways: tuple[float, ...]


class Worker:
    """Holds one matcher per process of the pool."""

    matcher: LocalMatcher

    @classmethod
    def start(cls) -> None:
        """Load the models once."""
        cls.matcher = LocalMatcher(1)

    @classmethod
    def seen(cls, film: tuple[Path, str]) -> list[Seen]:
        """Return the results on one film's stretches and clips."""
        one = Filmed(film[0], cls.matcher)
        say = partial(_said, film[1])
        found = [say(LIVING, rate, 1.0, living(one, rate, 1.0)) for rate in RATES]
        found.append(say(LIVING, *SLOWED, living(one, *SLOWED)))
        found += [say(kind, rate, 1.0, clips(one, kind, rate)) for kind in LENGTHS for rate in RATES]
        return [row for some in found for row in some]


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure the rules on repeated clips and on living people; write summary.json."""
    films = [
        (options.films / name, label.get("person", Path(name).stem))
        for name, label in labels(options.films).items()
        if label["kind"] == BONA_FIDE
    ]
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), Worker.start) as pool:
        some = track(pool.imap(Worker.seen, films), "影片 / films", total=len(films))
        rows = [row for found in some for row in found]
    summary = {
        "attacks": {kind: {_at(rate): _found(rows, kind, rate) for rate in RATES} for kind in LENGTHS},
        LIVING: {_at(*how): _refused(rows, *how) for how in (*((rate, 1.0) for rate in RATES), SLOWED)},
        "thresholds": _left_out([row for row in rows if row.kind == LIVING]),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    return summary


def _at(rate: float, speed: float = 1.0) -> str:
    return f"{rate:g} a second" + (f", speed {speed:g}" if speed != 1.0 else "")


def _said(
    person: str, kind: str, rate: float, speed: float, captures: Iterable[list[Observation]]
) -> list[Seen]:
    """Return the rules' results on each capture under the default policy."""
    policy, found = Policy(), []
    for seen in captures:
        film = replay.samples(seen)
        made = retraced.course(film)
        ways = _agreements(made) if made else ()
        creases = recurrence.recurring(seen) > policy.repeated_max
        way = retraced.retraced_ms(film) > policy.loop_max_ms
        found.append(Seen(person, kind, rate, speed, creases, way, ways))
    return found


def _agreements(made: retraced.Course) -> tuple[float, ...]:
    again = retraced.again(made, [way.long_s for way in AGAIN])
    return (*(retraced.back(made, way.long_s) for way in BACK), *again)


def _found(rows: list[Seen], kind: str, rate: float) -> dict[str, Any]:
    """Return the share of clips found by each rule and by either."""
    some = [row for row in rows if (row.kind, row.rate) == (kind, rate)]
    return {
        "n": len(some),
        "persons": len({row.person for row in some}),
        "creases": round(float(np.mean([row.creases for row in some])), 3),
        "ways": round(float(np.mean([row.way for row in some])), 3),
        "either": round(float(np.mean([row.creases or row.way for row in some])), 3),
    }


def _refused(rows: list[Seen], rate: float, speed: float) -> dict[str, Any]:
    """Return the mean share of refused stretches over persons, and the persons refused."""
    people: dict[str, list[Seen]] = {}
    for row in rows:
        if (row.kind, row.rate, row.speed) == (LIVING, rate, speed):
            people.setdefault(row.person, []).append(row)
    shares = {who: float(np.mean([one.creases or one.way for one in some])) for who, some in people.items()}
    return {
        "n": sum(map(len, people.values())),
        "persons": len(people),
        "refused": round(float(np.mean(list(shares.values()))), 4),
        "upper95_persons": rates.upper95(sum(share > 0 for share in shares.values()), len(people)),
        "who": {who: round(share, 3) for who, share in shares.items() if share},
    }


def _left_out(rows: list[Seen]) -> dict[str, Any]:
    """Return each path's leave-one-person-out thresholds, and the persons they refuse."""
    told: dict[str, Any] = {}
    ways = [*(("back", way) for way in BACK), *(("again", way) for way in AGAIN)]
    for place, (kind, way) in enumerate(ways):
        known = [(row.person, row.ways[place]) for row in rows if row.ways]
        chosen, refused = [], []
        for person in sorted({who for who, _ in known}):
            others = [value for who, value in known if who != person]
            chosen.append(float(np.quantile(others, 1 - REFUSED)))
            refused.append(float(np.mean([value >= chosen[-1] for who, value in known if who == person])))
        told[f"{kind}_{way.long_s:g}_s"] = {
            "threshold": way.agreement,
            "chosen_least": round(min(chosen), 2),
            "chosen_most": round(max(chosen), 2),
            "refused_left_out": round(float(np.mean(refused)), 4),
            "refused_at_threshold": round(float(np.mean([v >= way.agreement for _, v in known])), 4),
        }
    return told
