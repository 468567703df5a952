"""Published error rates by threshold, for each group of people.

rates.csv is written by `python -m scripts.evaluate publish`; rates.png plots it.
"""

import csv
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

TABLE = Path(__file__).with_name("rates.csv")
# A rate of 1e-4 cannot be measured with fewer pairs than the rule of three requires.
TELLING = 3_000


@dataclass(frozen=True, slots=True)
class Rates:
    """Error rates (0–1) of one group of people at one threshold of one kind of score, with 95 % intervals.

    `engine` is score (normalised by a background) or sface (bare cosines), for another model set what
    `engines` returns; `fmr` is among `non_mated` pairs of strangers of the group and of one sex, `fnmr` among
    `mated` pairs of the same person, NaN where there are none, `kin` among parents and children.
    """

    engine: str
    group: str
    threshold: float
    mated: float
    non_mated: float
    fmr: float
    fmr_low: float
    fmr_high: float
    fnmr: float
    fnmr_low: float
    fnmr_high: float
    kin: float
    kin_low: float
    kin_high: float


def published(engine: str = "score") -> list[Rates]:
    """Return one engine's table: groups in order, thresholds ascending."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["engine"] == engine]
    names = [field.name for field in fields(Rates)][2:]
    return [Rates(engine, row["group"], *(float(row[name]) for name in names)) for row in rows]


def groups(threshold: float, engine: str = "score") -> list[Rates]:
    """Return every group's rates at the highest published threshold not above this one, or the lowest."""
    table: dict[str, list[Rates]] = {}
    for row in published(engine):
        table.setdefault(row.group, []).append(row)
    return [_nearest(rows, threshold) for rows in table.values()]


def engines(model_set: str) -> tuple[str, str]:
    """Return the table's kinds of score of a model set: normalised by a background, and bare."""
    return ("score", "sface") if model_set == "sface" else (f"{model_set} score", model_set)


def at(threshold: float, engine: str = "score") -> Rates:
    """Return the rates of the group with the highest FMR, among those with enough pairs.

    All are NaN for a kind of score of which no rates are published.
    """
    telling = [one for one in groups(threshold, engine) if one.non_mated >= TELLING]
    if not telling:
        return Rates(engine, "", threshold, *[math.nan] * 11)
    return max(telling, key=lambda one: (one.fmr, one.fmr_high))


def missed(threshold: float, engine: str = "score") -> Rates:
    """Return the rates of the group with the most mated pairs: how often the insured is missed."""
    unknown = Rates(engine, "", threshold, *[math.nan] * 11)
    return max(groups(threshold, engine), key=lambda one: one.mated, default=unknown)


def _nearest(rows: Sequence[Rates], threshold: float) -> Rates:
    return rows[max(0, bisect_right([row.threshold for row in rows], threshold + 1e-9) - 1)]
