"""The selection of faces for the background that scores are normalised by."""

from collections.abc import Mapping, Sequence

from models.domain.person import ADULT

# Lower ends of the age bands; unknown age is a band of its own.
BANDS = (60, 40, ADULT)
PER_CELL = 100
# With fewer faces, unnormalised scores are decided by their own thresholds (decision 0029).
LEAST = 120


def cell(sex: str | None, age: int | None) -> tuple[str, str]:
    """Return the cell of sex and age band in which an adult is counted."""
    return sex or "", "" if age is None else str(next((low for low in BANDS if age >= low), ADULT))


def balanced(members: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
    """Return equally many members of each cell, as far as the limit allows; cells are in random order."""
    return [one for name in sorted(members) for one in members[name][:PER_CELL]]
