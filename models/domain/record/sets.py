"""Packs what facts say of model sets; appended only where another than the first compared."""

import struct
from collections.abc import Sequence
from typing import Any

from models.domain.policy import FIRST_SET, MODEL_SETS
from models.domain.record.report import Report

LAYOUT = 2
MOST_RELATIVES = 8
NONE = 255
FLOATS = ("other_score", "other_relative", *(f"other_relative_{n}" for n in range(MOST_RELATIVES)))
# `other_absent` has a bit for each unmeasured value of FLOATS.
FIELDS = (
    ("model_set", "B"),
    ("other_set", "B"),
    ("other_normalised", "B"),
    ("other_absent", "H"),
    *((name, "d") for name in FLOATS),
)
OF_REPORT = ("model_set", "other_set", "other_normalised", "other_score", "other_relative")
_FORMAT = struct.Struct("<" + "".join(code for _, code in FIELDS))
SIZE = _FORMAT.size
# The meaning of nothing appended.
FIRST_ALONE = _FORMAT.pack(0, NONE, 1, 2 ** len(FLOATS) - 1, *[0.0] * len(FLOATS))


def packed(report: Report, relatives: Sequence[float | None]) -> bytes:
    """Return what is appended, with the other set's score of each relative; b"" for the first set alone."""
    if report.model_set == FIRST_SET and report.other_set is None:
        return b""
    floats = [report.other_score, report.other_relative, *relatives]
    floats += [None] * (len(FLOATS) - len(floats))
    absent = sum(1 << place for place, value in enumerate(floats) if value is None)
    other = NONE if report.other_set is None else MODEL_SETS.index(report.other_set)
    values = (0.0 if value is None else value for value in floats)
    return _FORMAT.pack(MODEL_SETS.index(report.model_set), other, report.other_normalised, absent, *values)


def unpacked(appended: bytes) -> dict[str, Any]:
    """Return the fields of what was appended; raises ValueError for an unknown set."""
    values = _FORMAT.unpack(appended or FIRST_ALONE)
    given: dict[str, Any] = dict(zip((name for name, _ in FIELDS), values, strict=True))
    known = range(len(MODEL_SETS))
    if given["model_set"] not in known or given["other_set"] not in (*known, NONE):
        raise ValueError("this is no packed fact")
    given["model_set"] = MODEL_SETS[given["model_set"]]
    given["other_set"] = None if given["other_set"] == NONE else MODEL_SETS[given["other_set"]]
    given["other_normalised"] = bool(given["other_normalised"])
    absent = given["other_absent"]
    return given | {name: None for place, name in enumerate(FLOATS) if absent >> place & 1}
