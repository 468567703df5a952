"""Estimated sex and age of new photos against their rows, to detect a shifted column in an import.

The figures stand in docs/evaluation.md: of honest photos of adults 1 in 500 contradicts its row's sex.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# P(male) below and above which a face is a woman's and a man's.
WOMAN, MAN = 0.01, 0.97
# A photo may be twenty years old, but not younger than the person; the estimate is off by as much again.
LOOKS_OLDER_BY, LOOKS_YOUNGER_BY = 30, 55
# A slip shows in a run of rows: this many photos before and behind are looked at together.
NEAR = 10
SHARE, SIGNS = 0.15, 2


@dataclass(frozen=True, slots=True)
class Placed:
    """What a row says of sex and age, and what its photo looks like; None where either is unknown."""

    sex: str | None
    years: int | None
    male: float | None
    looks: float | None

    def contradicts(self, face: "Placed") -> bool:
        """Tell whether the photo of another row (or its own) cannot be this row's."""
        if face.male is None or face.looks is None:
            return False
        return other_sex(self.sex, face.male) or other_age(self.years, face.looks)


def other_sex(sex: str | None, male: float) -> bool:
    """Tell whether a face is plainly of the other sex than `male` or `female`."""
    return (sex == "male" and male < WOMAN) or (sex == "female" and male > MAN)


def other_age(years: int | None, looks: float) -> bool:
    """Tell whether a face cannot be of somebody of this age, however old the photo may be."""
    return years is not None and not years - LOOKS_YOUNGER_BY < looks < years + LOOKS_OLDER_BY


def out_of_step(contradicted: Sequence[bool], gap: bool) -> set[int]:
    """Return the places of photos to be looked at, for which of them, in the order of the rows, contradict.

    All of them where two signs and a share of 15 % of the whole file speak of a slip, else those among whose
    neighbours they do. `gap` is one more sign: the first or the last row alone has no photo, as where a cell
    was inserted or deleted.
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
    """Tell whether no photo of a run of rows can be a neighbour's: no part of it has slipped by a row.

    Every photo fits its row, and contradicts the rows before and after; of two photos one is enough.
    """
    if any(one.male is None or one.contradicts(one) for one in run):
        return False
    pairs = [
        (one.contradicts(after), after.contradicts(one)) for one, after in zip(run, run[1:], strict=False)
    ]
    return all(map(any if len(run) == SIGNS else all, pairs))


def fits_better_moved(run: Sequence[Placed]) -> bool:
    """Tell whether fewer photos contradict their rows when all are moved by a row, forward or back."""
    signs = _signs(run, run)
    return any(_signs(run, [*run[by:], *run[:by]]) < signs for by in (1, len(run) - 1))


def _signs(rows: Sequence[Placed], faces: Sequence[Placed]) -> int:
    return sum(row.contradicts(face) for row, face in zip(rows, faces, strict=True))
