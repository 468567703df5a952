"""Error rates by group, with strangers of the same group and sex and intervals over persons."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from scripts.lab.evaluate import rates
from scripts.lab.evaluate.identity import bootstrap, people
from scripts.lab.evaluate.identity.people import Person
from scripts.lab.evaluate.identity.scores import PEER_DISTANCE, Scorer, Scores
from scripts.lab.evaluate.rates import Point

NO_SCORES = (Scores(*(np.empty(0),) * 5),) * 2


@dataclass(slots=True)
class Measured:
    """All pairs of a gallery: rows `first` < `second`, their scores and their kinds.

    `same` marks pairs of one person, `near` two persons of one group and sex; `cohort` is how many faces the
    scores are normalised by; `whole` the mated and non-mated scores of all photos whatever their quality, of
    which `refused` counts those that enrolment refuses, by reason.
    """

    scorer: Scorer
    everyone: Sequence[Person]
    failed: Sequence[Person]
    who: np.ndarray
    rows: tuple[np.ndarray, np.ndarray]
    scores: Scores
    same: np.ndarray
    near: np.ndarray
    cohort: int = 0
    whole: tuple[Scores, Scores] = NO_SCORES
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def mated(self) -> Scores:
        """Return the mated scores."""
        return self.scores.where(self.same)

    @property
    def others(self) -> Scores:
        """Return the non-mated scores within one group and sex."""
        return self.scores.where(self.near)


def measured(scorer: Scorer, everyone: Sequence[Person], failed: Sequence[Person]) -> Measured:
    """Return all pairs of a scorer's gallery."""
    first, second = np.triu_indices(len(everyone), 1)
    who = people.anonymous(everyone)
    same = who[first] == who[second]
    kind = np.unique([f"{one.group}/{one.sex}" for one in everyone], return_inverse=True)[1]
    near = (kind[first] == kind[second]) & ~same
    return Measured(scorer, everyone, failed, who, (first, second), scorer.pairs(first, second), same, near)


def members(found: Measured) -> dict[str, np.ndarray]:
    """Return the mated and non-mated pairs within each group."""
    inside = {}
    first, second = found.rows
    for name, rows in people.grouped(found.everyone).items():
        mine = np.zeros(len(found.everyone), bool)
        mine[rows] = True
        inside[name] = np.flatnonzero(mine[first] & mine[second] & (found.same | found.near))
    return inside


def summary(found: Measured, fmrs: Mapping[str, float]) -> dict[str, Any]:
    """Return the figures of each group at the default policy."""
    failures = Counter(one.group or people.NAMELESS for one in found.failed)
    return {
        name: _figures(found, pairs, fmrs)
        | {"fta": failures[name], "photos": int(len(rows)), "persons": int(len(set(found.who[rows])))}
        for (name, pairs), rows in zip(
            members(found).items(), people.grouped(found.everyone).values(), strict=True
        )
    }


def _figures(found: Measured, pairs: np.ndarray, fmrs: Mapping[str, float]) -> dict[str, Any]:
    scores, threshold = found.scores.score[pairs], found.scorer.threshold
    same = found.same[pairs]
    mated, others = scores[same], scores[~same]
    fmr = _strangers(found, pairs[~same], others >= threshold)
    fnmr = _same(found, pairs[same], mated < threshold)
    at = {name: _threshold(others, value) for name, value in fmrs.items()}
    return {
        "mated": len(mated),
        "non_mated": len(others),
        "threshold": threshold,
        **dict(zip(("fmr", "fmr_low", "fmr_high"), fmr, strict=True)),
        **dict(zip(("fnmr", "fnmr_low", "fnmr_high"), fnmr, strict=True)),
        "tar_at_fmr": {
            name: float((mated > limit).mean()) if len(mated) and limit is not None else None
            for name, limit in at.items()
        },
        "threshold_at_fmr": at,
        "peer": peer(found.scores.where(pairs[same]), found.scores.where(pairs[~same])),
    }


def at(found: Measured, pairs: np.ndarray, engine: str, threshold: float) -> tuple[float, ...]:
    """Return the counts of mated and non-mated pairs, FMR and FNMR with intervals (NaN without pairs)."""
    scores, same = found.scores.of(engine)[pairs], found.same[pairs]
    fmr = _strangers(found, pairs[~same], scores[~same] >= threshold)
    fnmr = _same(found, pairs[same], scores[same] < threshold)
    measured = (float("nan") if value is None else value for value in (*fmr, *fnmr))
    return float(same.sum()), float((~same).sum()), *measured


def _threshold(others: np.ndarray, fmr: float) -> float | None:
    """Return the threshold with the given `fmr` over strangers; None where that is less than one pair."""
    allowed = int(np.floor(fmr * len(others)))
    return float(np.sort(others)[-allowed - 1]) if 0 < allowed < len(others) else None


def _strangers(found: Measured, pairs: np.ndarray, wrong: np.ndarray) -> tuple[float | None, ...]:
    """Return a rate over pairs of strangers with its interval; None values without pairs."""
    if not len(pairs):
        return None, None, None
    one, other = (found.who[rows[pairs]] for rows in found.rows)
    known, places = np.unique(np.concatenate([one, other]), return_inverse=True)
    at = places[: len(one)], places[len(one) :]
    errors, whole = (np.zeros((len(known), len(known))) for _ in range(2))
    np.add.at(errors, at, wrong)
    np.add.at(whole, at, 1.0)
    return float(wrong.mean()), *bootstrap.strangers(errors, whole)


def _same(found: Measured, pairs: np.ndarray, wrong: np.ndarray) -> tuple[float | None, ...]:
    if not len(pairs):
        return None, None, None
    known, places = np.unique(found.who[found.rows[0][pairs]], return_inverse=True)
    errors = np.bincount(places, wrong, len(known))
    return float(wrong.mean()), *bootstrap.same(errors, np.bincount(places, minlength=len(known)))


def peer(mated: Scores, others: Scores) -> dict[str, Any]:
    """Return the error rates of face_recognition at its default tolerance on the same faces."""
    return {
        "tolerance": PEER_DISTANCE,
        "fmr": float((others.distance <= PEER_DISTANCE).mean()) if len(others.distance) else None,
        "fnmr": float((mated.distance > PEER_DISTANCE).mean()) if len(mated.distance) else None,
    }


def cross(found: Measured) -> dict[str, Any]:
    """Return the FMR between different groups or sexes."""
    far = found.scores.score[~found.same & ~found.near]
    passed = far >= found.scorer.threshold
    return {"non_mated": len(far), "fmr": float(passed.mean()) if len(far) else None}


def curves(found: Measured, thresholds: Sequence[float]) -> dict[str, list[Point]]:
    """Return the error rate curves of groups with mated and non-mated pairs."""
    drawn = {}
    for name, pairs in members(found).items():
        same, scores = found.same[pairs], found.scores.score[pairs]
        if same.any() and not same.all():
            drawn[name] = rates.curve(scores[same], scores[~same], thresholds)
    return drawn


def write(file: Path, figures: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the figures as CSV, one row per group."""
    plain = [name for name, value in next(iter(figures.values())).items() if not isinstance(value, dict)]
    with file.open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(["group", *plain])
        rows.writerows([name, *(one[column] for column in plain)] for name, one in figures.items())
