"""The selection of faces for the background that scores are normalised by."""

from collections.abc import Mapping, Sequence

from models.domain.person import ADULT

# Ages from which the bands begin; a person of unknown age is a band of their own.
BANDS = (60, 40, ADULT)
PER_CELL = 100
# Below this many faces bare scores are decided on, by their own thresholds (decision 0029).
LEAST = 120


def cell(sex: str | None, age: int | None) -> tuple[str, str]:
    """Return the cell of sex and age band in which an adult is counted."""
    return sex or "", "" if age is None else str(next((low for low in BANDS if age >= low), ADULT))


def balanced(members: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
    """Return who is drawn from cells already in random order: as many from each as the limit allows."""
    return [one for name in sorted(members) for one in members[name][:PER_CELL]]
