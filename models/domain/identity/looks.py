"""Compares estimated sex and age of new photos with their rows, to detect a shifted column in an import.

Figures in docs/evaluation.md: of genuine photos of adults 1 in 500 contradicts its row's sex.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Thresholds of P(male) for a woman's and a man's face.
WOMAN, MAN = 0.01, 0.97
# A photo may be twenty years old, but not newer than today; the estimate's error is about as large.
LOOKS_OLDER_BY, LOOKS_YOUNGER_BY = 30, 55
# A shift shows in a run of rows: this many photos before and after are considered together.
NEAR = 10
SHARE, SIGNS = 0.15, 2


@dataclass(frozen=True, slots=True)
class Placed:
    """A row's sex and age, and its photo's estimates; None where unknown."""

    sex: str | None
    years: int | None
    male: float | None
    looks: float | None

    def contradicts(self, face: "Placed") -> bool:
        """Tell whether a photo, its own or another row's, cannot be this row's."""
        if face.male is None or face.looks is None:
            return False
        return other_sex(self.sex, face.male) or other_age(self.years, face.looks)


def other_sex(sex: str | None, male: float) -> bool:
    """Tell whether a face clearly has the other sex than `male` or `female`."""
    return (sex == "male" and male < WOMAN) or (sex == "female" and male > MAN)


def other_age(years: int | None, looks: float) -> bool:
    """Tell whether a face cannot belong to a person of this age, however old the photo is."""
    return years is not None and not years - LOOKS_YOUNGER_BY < looks < years + LOOKS_OLDER_BY


def out_of_step(contradicted: Sequence[bool], gap: bool) -> set[int]:
    """Return the indexes of photos to review, given which photos contradict their rows.

    Returns all of them where two signs and a share of 15 % of the whole file indicate a shift, else those
    with contradicting neighbours. `gap` is another sign: only the first or the last row has no photo, as
    after inserting or deleting a cell.
    """
    if _slipped(contradicted, gap):
        return set(range(len(contradicted)))
    return {
        place
        for place in range(len(contradicted))
        if _slipped(contradicted[max(0, place - NEAR) : place + NEAR + 1], gap)
    }


def _slipped(contradicted: Sequence[bool], gap: bool) -> bool:
    signs = sum(contradicted)
    return bool(signs) and signs + gap >= SIGNS and signs / len(contradicted) >= SHARE


def in_order(run: Sequence[Placed]) -> bool:
    """Tell whether no part of a run of rows can be shifted by one row.

    Every photo fits its row and contradicts both neighbours; of two photos one is enough.
    """
    if any(one.male is None or one.contradicts(one) for one in run):
        return False
    pairs = [
        (one.contradicts(after), after.contradicts(one)) for one, after in zip(run, run[1:], strict=False)
    ]
    return all(map(any if len(run) == SIGNS else all, pairs))


def fits_better_moved(run: Sequence[Placed]) -> bool:
    """Tell whether fewer photos contradict their rows when all are shifted by one row."""
    signs = _signs(run, run)
    return any(_signs(run, [*run[by:], *run[:by]]) < signs for by in (1, len(run) - 1))


def _signs(rows: Sequence[Placed], faces: Sequence[Placed]) -> int:
    return sum(row.contradicts(face) for row, face in zip(rows, faces, strict=True))
