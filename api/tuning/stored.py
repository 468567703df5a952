"""Replays in a form that can be stored: counters as lists of their keys and counts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from api.tuning.replaying import Flip, Replay

DIRECTIONS = (True, False)
NUMBERS = ("decided", "unreadable", "incomparable", "relatives")


def to_json(found: Replay, shown: int) -> dict[str, object]:
    """Return a replay with so many of its flips as JSON."""
    numbers = {name: getattr(found, name) for name in NUMBERS}
    by_direction = {name: [getattr(found, name)[one] for one in DIRECTIONS] for name in ("flips", "fen")}
    counters = {name: _listed(getattr(found, name)) for name in ("reasons", "groups", "group_flips")}
    return {**numbers, **by_direction, **counters, "some": flips(found)[:shown]}


def flips(found: Replay) -> list[dict[str, object]]:
    """Return a replay's flips as JSON."""
    return [asdict(one) for one in found.some]


def from_json(told: Mapping[str, Any]) -> Replay:
    """Return the replay that `to_json` wrote."""
    found = Replay(**{name: told[name] for name in NUMBERS}, some=each(told["some"]))
    for name in ("flips", "fen"):
        getattr(found, name).update(dict(zip(DIRECTIONS, told[name], strict=True)))
    for name in ("reasons", "groups", "group_flips"):
        getattr(found, name).update({tuple(key): counted for *key, counted in told[name]})
    return found


def each(told: Iterable[Mapping[str, Any]]) -> list[Flip]:
    """Return the flips that `flips` wrote."""
    return [Flip(**one) for one in told]


def _listed(counter: Counter[Any]) -> list[list[Any]]:
    return [[*key, counted] for key, counted in counter.most_common()]
