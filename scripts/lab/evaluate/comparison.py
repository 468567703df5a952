"""`comparison --faces DIR --out DIR`: DIR/<person>/*.jpg, every pair, at the default policy."""

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from models.domain.policy import Policy
from scripts.lab.evaluate import photos, plots, rates, scores
from scripts.lab.evaluate.rates import Point
from scripts.lab.evaluate.scores import ENGINES, FUSED, Scores

FMRS = {"1e-2": 1e-2, "1e-3": 1e-3, "1e-4": 1e-4}
COSINES = [round(float(t), 3) for t in np.arange(-0.2, 1.001, 0.01)]
DISTANCES = [round(float(t), 3) for t in np.arange(-1.2, -0.199, 0.01)]
THRESHOLDS = {"sface": COSINES, "dlib": DISTANCES, FUSED: COSINES}
Curves = dict[str, list[Point]]


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure, write summary.json, rates.csv, roc.csv and the plots; return the summary."""
    policy = Policy()
    mated, others, failed = measured(options.faces, policy)
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    table = curves(mated, others)
    _write(out / "rates.csv", table)
    _write_roc(out / "roc.csv", table[FUSED])
    plots.det(out / "det.png", table, policy.score_min)
    plots.histogram(out / "scores.png", {"mated": mated.fused, "non-mated": others.fused}, policy.score_min)
    summary = {
        "engine": "sface, fused with dlib in the grey zone",
        "mated": len(mated.fused),
        "non_mated": len(others.fused),
        "fta": failed,
        **_rates(mated, others, FUSED),
        "operating_point": rates.at(mated.fused, others.fused, policy.score_min),
        "alone": {engine: _rates(mated, others, engine) for engine in ENGINES if engine != FUSED},
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    return summary


def measured(folder: Path, policy: Policy) -> tuple[Scores, Scores, int]:
    """Return the scores of all mated and non-mated pairs of a folder, and the failures to acquire."""
    files = sorted(file for file in folder.glob("*/*") if file.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not files:
        raise SystemExit(f"{folder} has no <person>/*.jpg")
    gallery = photos.gallery(files)
    names = {name: number for number, name in enumerate(sorted({file.parent.name for file in files}))}
    who = np.array([names[file.parent.name] for file in gallery.files])
    if len(who) < 2 or len(set(who)) in (1, len(who)):
        raise SystemExit("comparison needs two photos of somebody and one of somebody else")
    mated, others = scores.all_pairs(gallery, who, policy)
    return mated, others, len(gallery.failed)


def curves(mated: Scores, others: Scores) -> Curves:
    """Return each engine's error rates along its thresholds."""
    return {
        engine: rates.curve(mated.of(engine), others.of(engine), THRESHOLDS[engine]) for engine in ENGINES
    }


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
    """Write the ROC of the fused score."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(["threshold", "fmr", "tar"])
        rows.writerows([p.threshold, f"{p.fmr:.6g}", f"{1 - p.fnmr:.6g}"] for p in points)
