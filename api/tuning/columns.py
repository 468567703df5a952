"""Packed facts as columns: one array per field, for vectorised decisions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.domain.record.fact import FIELDS, FLOATS, HINTS, LAYOUT, NONE, RISKS, SIZE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Counts = NDArray[np.int32]
_ROW = np.dtype([(name, f"<{code}") for name, code in FIELDS])
_BIT = {name: place for place, name in enumerate(FLOATS)}


@dataclass(frozen=True, slots=True)
class Columns:
    """Facts of n decisions; field names as in models/domain/record/fact.py."""

    rows: NDArray[np.void]

    @classmethod
    def of(cls, packed: Sequence[bytes]) -> "Columns":
        """Return packed facts as columns; raises ValueError for an invalid one."""
        if set(map(len, packed)) - {SIZE}:
            raise ValueError("these are no packed facts")
        rows = np.frombuffer(b"".join(packed), _ROW)
        if (
            (rows["layout"] != LAYOUT).any()
            or (rows["risk"] >= len(RISKS)).any()
            or ((rows["hint"] >= len(HINTS)) & (rows["hint"] != NONE)).any()
        ):
            raise ValueError("these are no packed facts")
        return cls(rows)

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
