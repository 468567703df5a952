"""`publish --faces DIR… --pairs DIR --cohort DIR`: write rates.csv, the published table of error rates."""

import argparse
import csv
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from matcher.comparison.rates import TABLE, Rates, engines
from matcher.types import Embedder
from models.domain.policy import Policy
from scripts.lab.evaluate import plots, rates
from scripts.lab.evaluate.identity import comparison, groups, kin, people
from scripts.lab.evaluate.identity.groups import Measured
from scripts.lab.evaluate.identity.scores import SCORE
from scripts.lab.evaluate.rates import Point

THRESHOLDS = {
    kind: [round(float(t), 3) for t in np.arange(0.36, highest, 0.02)]
    for one, highest in ((Embedder.SFACE, 0.6001), (Embedder.DLIB, 0.9001))
    for kind in engines(one)
}


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure strangers of every adult group, and relatives; write the table and its picture."""
    policy = Policy()
    relatives = kin.measured(options.pairs, options.cohort, policy).kin
    counted: dict[str, int] = {}
    drawn: dict[str, list[Point]] = {}
    with TABLE.open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow([field.name for field in fields(Rates)])
        for folder in options.faces:
            found = comparison.measured(folder, options.cohort, policy)
            drawn |= groups.curves(found, THRESHOLDS[SCORE])
            for engine, name, pairs in _groups(found, folder):
                counted[name] = len(pairs)
                for threshold in THRESHOLDS[engine]:
                    measured = groups.at(found, pairs, engine, threshold)
                    passed = float((relatives.of(engine) >= threshold).mean())
                    band = rates.band(passed, len(relatives.of(engine)))
                    figures = (*measured, passed, *band)
                    rows.writerow([engine, name, f"{threshold:g}", *(f"{value:.4g}" for value in figures)])
    plots.dets(TABLE.with_suffix(".png"), drawn, policy.score_min)
    return {"kin": len(relatives.score), "pairs": counted}


def _groups(found: Measured, folder: Path) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield each kind of score with each group of adults and its pairs."""
    children = {
        name for name, rows in people.grouped(found.everyone).items() if found.everyone[rows[0]].child
    }
    for engine in THRESHOLDS:
        for name, pairs in groups.members(found).items():
            if name not in children and (found.near[pairs]).any():
                yield engine, folder.name if name == people.NAMELESS else name, pairs
