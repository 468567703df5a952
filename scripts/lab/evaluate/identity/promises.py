"""Performance requirements of comparison, and whether a pilot's figures prove, refute or leave them open."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scripts.lab.evaluate.identity.people import Person


class Finding(StrEnum):
    """Result of testing a requirement."""

    KEPT = "符合"
    BROKEN = "不符合"
    UNKNOWN = "数据不足，不能下结论"


@dataclass(frozen=True, slots=True)
class Promise:
    """A requirement: a rate of at most `most`; `old` applies to persons of 60 and over."""

    rate: str
    words: str
    most: float
    old: bool


PROMISES = (
    Promise("fmr", "同性别陌生人误通过（18–59 岁）", 1e-4, old=False),
    Promise("fmr", "同性别陌生人误通过（60 岁及以上）", 5e-4, old=True),
    Promise("fnmr", "本人未通过（单张现场照，18–59 岁）", 0.05, old=False),
    Promise("fnmr", "本人未通过（单张现场照，60 岁及以上）", 0.05, old=True),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One requirement tested on one group; `needed` is the sample size that proves it with no error seen."""

    group: str
    words: str
    most: float
    value: float | None
    low: float | None
    high: float | None
    pairs: int
    persons: int
    needed: int
    finding: Finding


def judged(figures: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, Person]) -> list[Verdict]:
    """Return the verdicts of each group of adults on the requirements for its age."""
    return [
        _verdict(name, promise, figures[name])
        for name, kind in kinds.items()
        if not kind.child
        for promise in PROMISES
        if promise.old == kind.old
    ]


def _verdict(name: str, promise: Promise, figures: Mapping[str, Any]) -> Verdict:
    value, low, high = (figures[promise.rate + end] for end in ("", "_low", "_high"))
    return Verdict(
        group=name,
        words=promise.words,
        most=promise.most,
        value=value,
        low=low,
        high=high,
        pairs=figures["non_mated" if promise.rate == "fmr" else "mated"],
        persons=figures["persons"],
        needed=needed(promise),
        finding=_finding(promise.most, low, high),
    )


def _finding(most: float, low: float | None, high: float | None) -> Finding:
    """Return the finding of an interval; one that contains the required rate is undecided."""
    if low is None or high is None:
        return Finding.UNKNOWN
    return Finding.KEPT if high <= most else Finding.BROKEN if low > most else Finding.UNKNOWN


def needed(promise: Promise) -> int:
    """Return how many persons prove a requirement by the rule of three, if no error is seen.

    Each pair of strangers counts once, because its two directions are not independent.
    """
    events = 3 / promise.most
    return math.ceil((1 + math.sqrt(1 + 8 * events)) / 2) if promise.rate == "fmr" else math.ceil(events)
