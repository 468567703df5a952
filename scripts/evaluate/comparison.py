"""`comparison --faces DIR --out DIR`: DIR/<person>/*.jpg, every pair, at the default policy."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from models.domain.policy import Policy
from scripts.evaluate import photos, plots, rates, scores

FMRS = {"1e-2": 1e-2, "1e-3": 1e-3, "1e-4": 1e-4}
THRESHOLDS = np.round(np.arange(-0.2, 1.001, 0.005), 3)


def run(folder: Path, out: Path) -> dict[str, Any]:
    """Measure, write summary.json, curve.csv and the plots; return the summary."""
    files = sorted(file for file in folder.glob("*/*") if file.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if not files:
        raise SystemExit(f"{folder} has no <person>/*.jpg")
    policy = Policy()
    gallery = photos.gallery(files)
    names = {name: number for number, name in enumerate(sorted({file.parent.name for file in files}))}
    who = np.array([names[file.parent.name] for file in gallery.files])
    mated, others = scores.all_pairs(gallery, who, policy)
    if not len(mated) or not len(others):
        raise SystemExit("comparison needs two photos of somebody and one of somebody else")
    out.mkdir(parents=True, exist_ok=True)
    curve = rates.curve(mated, others, list(THRESHOLDS))
    _table(out / "curve.csv", curve, (len(mated), len(others)))
    plots.det(out / "det.png", curve, len(mated), len(others), policy.score_min)
    plots.histogram(out / "scores.png", {"mated": mated, "non-mated": others}, policy.score_min)
    summary = {
        "engine": "sface, fused with dlib in the grey zone",
        "mated": len(mated),
        "non_mated": len(others),
        "fta": len(gallery.failed),
        "tar_at_fmr": {name: rates.tar_at(mated, others, fmr) for name, fmr in FMRS.items()},
        "operating_point": rates.at(mated, others, policy.score_min),
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    return summary


def _table(file: Path, curve: list[tuple[float, ...]], counts: tuple[int, int]) -> None:
    """Write the table from score to rates, with 95 % intervals."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        rows = csv.writer(lines)
        rows.writerow(["threshold", "fmr", "fmr_low", "fmr_high", "fnmr", "fnmr_low", "fnmr_high"])
        for threshold, fmr, fnmr in curve:
            mine, theirs = rates.band(fnmr, counts[0]), rates.band(fmr, counts[1])
            rows.writerow([threshold, fmr, *theirs, fnmr, *mine])
