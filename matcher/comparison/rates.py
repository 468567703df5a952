"""The published table of error rates by threshold, measured on LFW and KinFaceW.

rates.csv is written by `python -m scripts.evaluate publish`; rates.png shows it.
"""

import csv
from bisect import bisect_right
from dataclasses import dataclass, fields
from pathlib import Path

TABLE = Path(__file__).with_name("rates.csv")


@dataclass(frozen=True, slots=True)
class Rates:
    """Error rates (0–1) at one threshold of one engine, with 95 % intervals.

    `engine` is sface (cosine), dlib (negated distance) or fused (the score production decides on);
    `fmr` is among strangers, `kin` among parents and children.
    """

    engine: str
    threshold: float
    fmr: float
    fmr_low: float
    fmr_high: float
    fnmr: float
    fnmr_low: float
    fnmr_high: float
    kin: float
    kin_low: float
    kin_high: float


def published(engine: str = "fused") -> list[Rates]:
    """Return the table of one engine, thresholds rising."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["engine"] == engine]
    names = [field.name for field in fields(Rates)][1:]
    return [Rates(engine, *(float(row[name]) for name in names)) for row in rows]


def at(threshold: float) -> Rates:
    """Return the published rates of the fused score at the nearest threshold not above this one.

    The rates hold for the default grey zone; below the table its first row is returned.
    """
    rows = published()
    return rows[max(0, bisect_right([row.threshold for row in rows], threshold + 1e-9) - 1)]
