"""`publish --faces DIR --pairs DIR`: write the table of error rates, matcher/comparison/rates.csv."""

import argparse
import csv
from dataclasses import fields
from typing import Any

from matcher.comparison.rates import TABLE, Rates
from models.domain.policy import Policy
from scripts.lab.evaluate import comparison, kin, plots, rates


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure strangers and relatives by every engine; write the table and its picture."""
    policy = Policy()
    mated, others, _ = comparison.measured(options.faces, policy)
    relatives = kin.measured(options.pairs, policy).kin
    table = comparison.curves(mated, others)
    with TABLE.open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow([field.name for field in fields(Rates)])
        for engine, points in table.items():
            for point in points:
                passed = float((relatives.of(engine) >= point.threshold).mean())
                band = rates.band(passed, len(relatives.of(engine)))
                rows.writerow([engine, *point.row(), *(f"{value:.4g}" for value in (passed, *band))])
    plots.det(TABLE.with_suffix(".png"), table, policy.score_min)
    return {"mated": len(mated.fused), "non_mated": len(others.fused), "kin": len(relatives.fused)}
