"""Packed facts as columns: one array per field, for vectorised decisions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.domain.policy import FIRST_SET, MODEL_SETS
from models.domain.record import sets as appended
from models.domain.record.fact import FIELDS, FLOATS, HINTS, LAYOUT, MOST_RELATIVES, NONE, RISKS, SIZE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Counts = NDArray[np.int32]
_ROW = np.dtype([(name, f"<{code}") for name, code in FIELDS])
LONG = SIZE + appended.SIZE
_SETS = np.dtype([(name, f"<{code}") for name, code in appended.FIELDS])
_BIT = {name: place for place, name in enumerate(FLOATS)}
# The other set's scores, and the fields that they take the place of.
_SCORES = {"other_score": "score", "other_relative": "relative"} | {
    f"other_relative_{n}": f"relative_score_{n}" for n in range(MOST_RELATIVES)
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Facts of n decisions; field names as in models/domain/record/fact.py.

    `sets`: what the facts say of their model sets, None where the first one alone compared. Scores are those
    of `model_set`, or as stored while it is None.
    """

    rows: NDArray[np.void]
    sets: NDArray[np.void] | None = None
    model_set: str | None = None

    @classmethod
    def of(cls, packed: Sequence[bytes]) -> "Columns":
        """Return packed facts as columns; raises ValueError for an invalid one."""
        lengths = set(map(len, packed))
        if lengths - {SIZE, LONG}:
            raise ValueError("these are no packed facts")
        sets, layouts, facts = None, np.full(len(packed), LAYOUT), packed
        if LONG in lengths:
            sets = np.frombuffer(b"".join(one[SIZE:] or appended.FIRST_ALONE for one in packed), _SETS)
            layouts[[len(one) == LONG for one in packed]] = appended.LAYOUT
            facts = [one[:SIZE] for one in packed]
        rows = np.frombuffer(b"".join(facts), _ROW)
        if (
            (rows["layout"] != layouts).any()
            or (rows["risk"] >= len(RISKS)).any()
            or ((rows["hint"] >= len(HINTS)) & (rows["hint"] != NONE)).any()
        ):
            raise ValueError("these are no packed facts")
        return cls(rows, sets)

    def has(self, model_set: str) -> Bools:
        """Return for each of the facts whether this model set compared the probe."""
        if self.sets is None:
            return np.full(len(self), model_set == FIRST_SET)
        code = MODEL_SETS.index(model_set)
        found: Bools = (self.sets["model_set"] == code) | (self.sets["other_set"] == code)
        return found

    def under(self, model_set: str) -> "Columns":
        """Return the facts with this model set's scores, unmeasured where it did not compare."""
        if model_set == self.model_set or (self.sets is None and model_set == FIRST_SET):
            return self
        rows, has = self.rows.copy(), self.has(model_set)
        if self.sets is not None:
            others = has & (self.sets["model_set"] != MODEL_SETS.index(model_set))
            rows["normalised"][others] = self.sets["other_normalised"][others]
            for place, name in enumerate(appended.FLOATS):
                mine = _SCORES[name]
                rows[mine][others] = self.sets[name][others]
                missing = self.sets["other_absent"] >> np.uint16(place) & np.uint16(1) == 1
                rows["absent"][others & missing] |= np.uint32(1 << _BIT[mine])
                rows["absent"][others & ~missing] &= ~np.uint32(1 << _BIT[mine])
        for name in _SCORES.values():
            rows["absent"][~has] |= np.uint32(1 << _BIT[name])
        return Columns(rows, self.sets, model_set)

    def __len__(self) -> int:
        return len(self.rows)

    def number(self, name: str) -> Counts:
        """Return an integer field."""
        return np.ascontiguousarray(self.rows[name])

    def flag(self, name: str) -> Bools:
        """Return a boolean field."""
        return np.ascontiguousarray(self.rows[name]).astype(bool)

    def measured(self, name: str) -> tuple[Floats, Bools]:
        """Return a measurement and whether it was measured; unmeasured values are 0, not NaN."""
        absent: NDArray[np.uint32] = self.rows["absent"] >> np.uint32(_BIT[name]) & np.uint32(1)
        return np.ascontiguousarray(self.rows[name]), absent == 0
