"""Packs the facts of a decision into fixed binary, so that a million can be replayed in seconds."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from models.domain.person import age
from models.domain.record import sets
from models.domain.record.kin import ORDER, Kinship
from models.domain.record.report import Report

MOST_RELATIVES = 8
LAYOUT = 1
AGE_BANDS = ((14, "0-13"), (18, "14-17"), (40, "18-39"), (60, "40-59"))
OLDEST, UNKNOWN = "60+", "unknown"
# Stored by position: append only.
HINTS = (
    "no_face",
    "two_faces",
    "too_dark",
    "too_bright",
    "too_far",
    "too_close",
    "turned",
    "blurred",
    "covered",
    "colourless",
)
RISKS = ("low", "raised", "high")
NONE = 255
_INTS = ("motion", "evidence", "duration_ms", "gap_ms", "backward", "repeated", "frozen_ms", "looped_ms")
INTS = (*_INTS, "recurring", "seen_exact", "seen_similar", "seen_movement_ms")
FLAGS = ("done", "in_order", "colour_asked", "normalised", "old", "own_phone")
SCORES = ("rate", "same_face", "same_face_mean", "pad", "pad_low", "bezel", "colour_p", "score", "relative")
MEDIANS = ("brightness", "sharpness", "size", "yaw")
MEASURED = ("raw", "normalised_score", *MEDIANS)
_PLACES = range(MOST_RELATIVES)
FLOATS = (
    *SCORES,
    *MEASURED,
    *(f"relative_score_{n}" for n in _PLACES),
    *(f"relative_raw_{n}" for n in _PLACES),
)
WORDS = ("risk", "hint", *(f"relation_{n}" for n in _PLACES))
# Every value of a packed fact in order, with its struct code, little-endian and unpadded. `absent` has a bit
# for each unmeasured value of FLOATS, because unmeasured and NaN are different.
FIELDS = (
    ("layout", "B"),
    ("absent", "I"),
    *((name, "d") for name in FLOATS),
    *((name, "i") for name in INTS),
    *((name, "B") for name in (*FLAGS, *WORDS)),
)
_FORMAT = struct.Struct("<" + "".join(code for _, code in FIELDS))
SIZE = _FORMAT.size


@dataclass(frozen=True, slots=True)
class Kin:
    """One compared relative: kinship to the claimed person, score and cosine, and the other set's score."""

    kinship: Kinship
    score: float | None
    raw: float | None
    other: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """Measurements beyond the deciding ones: both scores, medians over the frames, all compared relatives.

    `brightness` (0–255) and `sharpness` (variance of the Laplacian) of the face, `size` its height as a share
    of the picture's, `yaw` its absolute angle in degrees.
    """

    raw: float | None = None
    normalised: float | None = None
    brightness: float | None = None
    sharpness: float | None = None
    size: float | None = None
    yaw: float | None = None
    relatives: tuple[Kin, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Measured":
        """Return the measurements in a stored report; older reports hold fewer."""
        known = {field.name: document[field.name] for field in fields(cls) if field.name in document}
        relatives = known.pop("relatives", ())
        return cls(
            **known,
            relatives=tuple(
                Kin(Kinship(one["kinship"]), one["score"], one["raw"], one.get("other")) for one in relatives
            ),
        )


def pack(report: Report, measured: Measured) -> bytes:
    """Return the facts as SIZE bytes, or SIZE + sets.SIZE; the first eight relatives are kept."""
    kin = measured.relatives[:MOST_RELATIVES]
    floats = [
        *(getattr(report, name) for name in SCORES),
        measured.raw,
        measured.normalised,
        *(getattr(measured, name) for name in MEDIANS),
        *_padded([one.score for one in kin]),
        *_padded([one.raw for one in kin]),
    ]
    absent = sum(1 << place for place, value in enumerate(floats) if value is None)
    words = [
        _place(RISKS, report.risk),
        _place(HINTS, report.hint),
        *(ORDER.index(one.kinship) for one in kin),
        *[NONE] * (MOST_RELATIVES - len(kin)),
    ]
    appended = sets.packed(report, [one.other for one in kin])
    packed = _FORMAT.pack(
        sets.LAYOUT if appended else LAYOUT,
        absent,
        *(0.0 if value is None else value for value in floats),
        *(max(-(2**31), min(2**31 - 1, getattr(report, name))) for name in INTS),
        *(getattr(report, name) for name in FLAGS),
        *words,
    )
    return packed + appended


def unpack(packed: bytes) -> tuple[Report, Measured]:
    """Return the packed facts; raises ValueError for invalid bytes."""
    layout = (len(packed), packed[0] if packed else None)
    if layout not in ((SIZE, LAYOUT), (SIZE + sets.SIZE, sets.LAYOUT)):
        raise ValueError("this is no packed fact")
    given = dict(zip((name for name, _ in FIELDS), _FORMAT.unpack(packed[:SIZE]), strict=True))
    given |= {name: None for place, name in enumerate(FLOATS) if given["absent"] >> place & 1}
    given |= sets.unpacked(packed[SIZE:])
    given |= {name: bool(given[name]) for name in FLAGS}
    report = Report(
        **{name: given[name] for name in (*SCORES, *INTS, *FLAGS, *sets.OF_REPORT)},
        risk=RISKS[given["risk"]],
        hint=None if given["hint"] == NONE else HINTS[given["hint"]],
    )
    medians = {name: given[name] for name in MEDIANS}
    measured = Measured(given["raw"], given["normalised_score"], **medians, relatives=tuple(_kin(given)))
    return report, measured


def age_band(birth: date | None, today: date) -> str:
    """Return the age band that figures are grouped by."""
    if birth is None:
        return UNKNOWN
    years = age(birth, today)
    return next((band for below, band in AGE_BANDS if years < below), OLDEST)


def _kin(given: Mapping[str, Any]) -> Iterator[Kin]:
    """Yield the relatives of an unpacked fact."""
    for place in _PLACES:
        if given[f"relation_{place}"] != NONE:
            score, raw = given[f"relative_score_{place}"], given[f"relative_raw_{place}"]
            other = given[f"other_relative_{place}"]
            yield Kin(ORDER[given[f"relation_{place}"]], score, raw, other)


def _padded(values: list[float | None]) -> list[float | None]:
    return values + [None] * (MOST_RELATIVES - len(values))


def _place(words: tuple[str, ...], word: str | None) -> int:
    """Return a word's index; NONE for a missing or unknown one."""
    return words.index(word) if word in words else NONE
