"""`kin --pairs DIR [--cohort DIR] --out DIR`: DIR/<relation>/<set>_<pair>_<1|2>.jpg, parent and child."""

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matcher.comparison.rates import missed as published_missed
from models.domain.policy import Policy
from scripts.lab.evaluate import plots, rates
from scripts.lab.evaluate.identity import cohort, photos, scores
from scripts.lab.evaluate.identity.photos import Gallery
from scripts.lab.evaluate.identity.scores import Scorer, Scores

THRESHOLDS = [round(float(t), 2) for t in np.arange(0.0, 0.801, 0.01)]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Scores of parents with their own child (with each pair's relation) and with other children."""

    kin: Scores
    relation: np.ndarray
    strangers: Scores
    failed: int
    threshold: float


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure how often a relative, and a stranger of the same set, would pass."""
    policy, out = Policy(), options.out
    pairs = measured(options.pairs, options.cohort, policy)
    kin, strangers, threshold = pairs.kin.score, pairs.strangers.score, pairs.threshold
    out.mkdir(parents=True, exist_ok=True)
    rows = [
        (t, float((kin >= t).mean()), float((strangers >= t).mean()), 1 - published_missed(t).fnmr)
        for t in THRESHOLDS
    ]
    _table(out / "curve.csv", rows)
    plots.trade(out / "kin.png", rows, threshold)
    relations = sorted(set(pairs.relation))
    summary = {
        "kin": _rate(kin, threshold)
        | {"by_relation": {name: _rate(kin[pairs.relation == name], threshold) for name in relations}},
        "strangers": _rate(strangers, threshold),
        "fta": pairs.failed,
        "threshold": threshold,
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    return summary


def measured(folder: Path, cohort_folder: Path | None, policy: Policy) -> Pairs:
    """Return the scores of all pairs in a folder."""
    files = sorted(folder.glob("*/*_[12].jpg"))
    if not files:
        raise SystemExit(f"{folder} has no <relation>/<set>_<pair>_<1|2>.jpg")
    gallery = photos.gallery(files)
    first, second = _families(gallery)
    relation = np.array([gallery.files[row].parent.name for row in first])
    scorer = scores.scorer(gallery, policy, cohort.draw(cohort_folder))
    strangers = _strangers(scorer, first, second)
    return Pairs(scorer.pairs(first, second), relation, strangers, len(gallery.failed), scorer.threshold)


def _families(gallery: Gallery) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of parents and of their children."""
    rows = {file: row for row, file in enumerate(gallery.files)}
    found = []
    for file, row in rows.items():
        child = file.with_name(f"{file.stem[:-1]}2{file.suffix}")
        if file.stem.endswith("_1") and child in rows:
            found.append((row, rows[child]))
    if not found:
        raise SystemExit("no pair has two usable photos")
    table = np.array(found)
    return table[:, 0], table[:, 1]


def _strangers(scorer: Scorer, first: np.ndarray, second: np.ndarray) -> Scores:
    """Return the scores of every parent with every other family's child of the same relation and set."""
    groups = defaultdict(list)
    for parent, child in zip(first, second, strict=True):
        file = scorer.gallery.files[parent]
        groups[file.parent.name, file.name.split("_")[0]].append((parent, child))
    parents, children = [], []
    for members in groups.values():
        for parent, own in members:
            for _, child in members:
                if child != own:
                    parents.append(parent)
                    children.append(child)
    return scorer.pairs(np.array(parents, int), np.array(children, int))


def _rate(found: np.ndarray, threshold: float) -> dict[str, Any]:
    passed = int((found >= threshold).sum())
    return {
        "n": len(found),
        "fmr": passed / len(found) if len(found) else None,
        "upper95": rates.upper95(passed, len(found)),
    }


def _table(file: Path, rows: Sequence[tuple[float, ...]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(["threshold", "kin_fmr", "strangers_fmr", "published_tar"])
        table.writerows(rows)
