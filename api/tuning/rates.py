"""Error rates of populations at every threshold, in a form that can be stored."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.tuning.bands import Band, Scores, below, reaching
from api.tuning.pairs import THRESHOLDS
from api.tuning.populations import Populations

BINS = tuple(round(-0.2 + 0.05 * n, 2) for n in range(25))
COUNTED = ("mated", "unresolved", "kin", "spouses")
BANDS = ("missed_least", "missed_most", "kin_passed", "spouses_passed")


@dataclass(frozen=True, slots=True)
class Rates:
    """Error rates of one period.

    `scores`: how many scores each of COUNTED has; `histograms`: their counts by bin; `bands`: of each of
    BANDS, the rate at each of THRESHOLDS.
    """

    people: int
    unreadable: int
    scores: Mapping[str, int]
    histograms: Mapping[str, Sequence[int]]
    bands: Mapping[str, Sequence[Band]]

    def to_json(self) -> dict[str, object]:
        """Return the rates as JSON, in which an unknown rate is null."""
        bands = {name: [_known(one) for one in some] for name, some in self.bands.items()}
        counts = {"scores": dict(self.scores), "histograms": dict(self.histograms)}
        return {"people": self.people, "unreadable": self.unreadable, "bands": bands, **counts}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Rates":
        """Return what `to_json` wrote."""
        bands = {name: [_band(one) for one in some] for name, some in told["bands"].items()}
        return cls(**{**told, "bands": bands})


def rates(found: Populations) -> Rates:
    """Return the error rates of populations."""
    own = {name: getattr(found, name) for name in COUNTED}
    return Rates(
        people=found.mated.people,
        unreadable=found.unreadable,
        scores={name: len(one.values) for name, one in own.items()},
        histograms={name: _counts(one) for name, one in own.items()},
        bands={
            "missed_least": below(found.mated, THRESHOLDS),
            "missed_most": below(found.all_insured, THRESHOLDS),
            "kin_passed": reaching(found.kin, THRESHOLDS),
            "spouses_passed": reaching(found.spouses, THRESHOLDS),
        },
    )


def _counts(scores: Scores) -> list[int]:
    return [int(one) for one in np.histogram(scores.values, BINS)[0]]


def _known(one: Band) -> list[float] | None:
    return None if math.isnan(one.rate) else [one.rate, one.low, one.high]


def _band(told: Sequence[float] | None) -> Band:
    return Band(math.nan, math.nan, math.nan) if told is None else Band(*told)
