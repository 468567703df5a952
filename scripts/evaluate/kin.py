"""`kin --pairs DIR --out DIR`: DIR/<relation>/<set>_<pair>_<1|2>.jpg, parent and child."""

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.domain.policy import Policy
from scripts.evaluate import photos, plots, rates, scores
from scripts.evaluate.photos import Gallery

THRESHOLDS = np.round(np.arange(0.0, 0.801, 0.01), 2)


def run(folder: Path, out: Path) -> dict[str, Any]:
    """Measure how often a relative, and a stranger of the same set, would pass."""
    files = sorted(folder.glob("*/*_[12].jpg"))
    if not files:
        raise SystemExit(f"{folder} has no <relation>/<set>_<pair>_<1|2>.jpg")
    policy = Policy()
    gallery = photos.gallery(files)
    first, second = _pairs(gallery)
    relation = np.array([gallery.files[row].parent.name for row in first])
    kin = scores.of_pairs(gallery, first, second, policy)
    strangers = _strangers(gallery, first, second, policy)
    out.mkdir(parents=True, exist_ok=True)
    rows = [
        (float(t), float((kin >= t).mean()), float((strangers >= t).mean()), float("nan")) for t in THRESHOLDS
    ]
    _table(out / "curve.csv", rows)
    plots.trade(out / "kin.png", rows, policy.score_min)
    summary = {
        "kin": _rate(kin, policy.score_min)
        | {"by_relation": {n: _rate(kin[relation == n], policy.score_min) for n in sorted(set(relation))}},
        "strangers": _rate(strangers, policy.score_min),
        "fta": len(gallery.failed),
        "threshold": policy.score_min,
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    return summary


def _pairs(gallery: Gallery) -> tuple[np.ndarray, np.ndarray]:
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


def _strangers(gallery: Gallery, first: np.ndarray, second: np.ndarray, policy: Policy) -> np.ndarray:
    """Return the scores of every parent with every other family's child of the same relation and set."""
    groups = defaultdict(list)
    for parent, child in zip(first, second, strict=True):
        file = gallery.files[parent]
        groups[file.parent.name, file.name.split("_")[0]].append((parent, child))
    parents, children = [], []
    for members in groups.values():
        for parent, own in members:
            for _, child in members:
                if child != own:
                    parents.append(parent)
                    children.append(child)
    return scores.of_pairs(gallery, np.array(parents, int), np.array(children, int), policy)


def _rate(found: np.ndarray, threshold: float) -> dict[str, Any]:
    passed = int((found >= threshold).sum())
    return {
        "n": len(found),
        "fmr": passed / len(found) if len(found) else None,
        "upper95": rates.upper95(passed, len(found)),
    }


def _table(file: Path, rows: Sequence[tuple[float, ...]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines)
        table.writerow(["threshold", "kin_fmr", "strangers_fmr"])
        table.writerows(row[:3] for row in rows)
