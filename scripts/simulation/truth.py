"""The truth about a simulation, kept outside the database: which verifications are fraud."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.simulation.weeks import Weeks


@dataclass(frozen=True, slots=True)
class Planted:
    """One fraud: its kind, its perpetrator, and its verifications."""

    kind: str
    by: str
    verifications: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """The frauds of a seed, and the total number of verifications."""

    seed: int
    verifications: int
    planted: tuple[Planted, ...]

    def write(self, path: Path) -> None:
        """Write the truth beside the database, readable by its owner only."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=2), encoding="utf-8")


def read(path: Path) -> Truth:
    """Return a written truth."""
    found = json.loads(path.read_text(encoding="utf-8"))
    planted = tuple(Planted(one["kind"], one["by"], tuple(one["verifications"])) for one in found["planted"])
    return Truth(found["seed"], found["verifications"], planted)


def of(seed: int, weeks: Weeks, played: Mapping[int, str]) -> Truth:
    """Return the truth about visits, by their verifications."""
    places = {id(visit): place for place, visit in enumerate(weeks.visits)}
    planted = tuple(
        Planted(
            scheme.kind,
            scheme.by,
            tuple(played[places[id(one)]] for one in scheme.visits if places[id(one)] in played),
        )
        for scheme in weeks.schemes
    )
    return Truth(seed, len(played), planted)
