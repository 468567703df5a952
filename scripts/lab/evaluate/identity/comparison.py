"""`comparison --faces DIR [--cohort DIR] --out DIR`: strangers and the same person, group by group."""

import argparse
import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from models.domain.policy import Policy
from scripts.lab.evaluate import plots, rates
from scripts.lab.evaluate.identity import cohort, groups, people, photos, scores
from scripts.lab.evaluate.identity.cohort import Drawn
from scripts.lab.evaluate.identity.groups import Measured
from scripts.lab.evaluate.identity.photos import Gallery
from scripts.lab.evaluate.identity.scores import ENGINES, SCORE, Scores
from scripts.lab.evaluate.rates import Point

FMRS = {"1e-2": 1e-2, "1e-3": 1e-3, "1e-4": 1e-4}
COSINES = [round(float(t), 3) for t in np.arange(-0.2, 1.001, 0.01)]
Curves = dict[str, list[Point]]


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure, write summary.json, groups.csv, rates.csv, roc.csv and the plots; return the summary."""
    found = measured(options.faces, options.cohort, Policy())
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    mated, others, threshold = found.mated, found.others, found.scorer.threshold
    table = curves(mated, others)
    by_group = groups.summary(found, FMRS)
    _write(out / "rates.csv", table)
    _write_roc(out / "roc.csv", table[SCORE])
    groups.write(out / "groups.csv", by_group)
    plots.det(out / "det.png", table, threshold)
    plots.dets(out / "groups.png", groups.curves(found, COSINES), threshold)
    plots.histogram(out / "scores.png", {"mated": mated.score, "non-mated": others.score}, threshold)
    summary = {
        "engine": "sface, normalised" if found.cohort else "sface",
        "cohort": found.cohort,
        "mated": len(mated.score),
        "non_mated": len(others.score),
        "fta": len(found.failed),
        "refused": found.refused,
        **_rates(mated, others, SCORE),
        "operating_point": rates.at(mated.score, others.score, threshold),
        "whatever_quality": rates.at(found.whole[0].score, found.whole[1].score, threshold)
        | _rates(*found.whole, SCORE),
        "alone": {engine: _rates(mated, others, engine) for engine in ENGINES if engine != SCORE},
        "peer": groups.peer(mated, others),
        "cross": groups.cross(found),
        "groups": by_group,
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False), encoding="utf-8")
    return summary


def measured(folder: Path, cohort_folder: Path | None, policy: Policy) -> Measured:
    """Return the scores of all pairs of a folder, and which pairs are within one group."""
    files = people.files(folder)
    drawn, whole = cohort.draw(cohort_folder), photos.gallery(files)
    found, everything = (_pairs(folder, one, policy, drawn) for one in (whole.acquired(), whole))
    found.cohort = len(drawn.faces) if drawn else 0
    found.whole = everything.mated, everything.others
    found.refused = dict(Counter(hint for hint in whole.hints if hint))
    if len(found.mated.score) == 0 or len(found.others.score) == 0:
        raise SystemExit("comparison needs two photos of somebody and one of somebody else in the same group")
    return found


def _pairs(folder: Path, gallery: Gallery, policy: Policy, drawn: Drawn | None) -> Measured:
    """Return all pairs of a gallery; exit where enrolment accepts none of its photos."""
    if not gallery.files:
        raise SystemExit("enrolment would accept none of the photos")
    failed = people.persons(folder, gallery.failed)
    scorer = scores.scorer(gallery, policy, drawn)
    return groups.measured(scorer, people.persons(folder, gallery.files), failed)


def curves(mated: Scores, others: Scores) -> Curves:
    """Return each engine's error rates by threshold."""
    return {engine: rates.curve(mated.of(engine), others.of(engine), COSINES) for engine in ENGINES}


def _rates(mated: Scores, others: Scores, engine: str) -> dict[str, Any]:
    pair = mated.of(engine), others.of(engine)
    return {"tar_at_fmr": {name: rates.tar_at(*pair, fmr) for name, fmr in FMRS.items()}}


def _write(file: Path, table: Curves) -> None:
    """Write the table from score to rates, with 95 % intervals."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(["engine", *rates.HEADER])
        for engine, points in table.items():
            rows.writerows([engine, *point.row()] for point in points)


def _write_roc(file: Path, points: list[Point]) -> None:
    """Write the ROC of the decision score."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(["threshold", "fmr", "tar"])
        rows.writerows([p.threshold, f"{p.fmr:.6g}", f"{1 - p.fnmr:.6g}"] for p in points)
