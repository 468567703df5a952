"""`pilot --faces DIR [--cohort DIR] --out DIR`: report on a bureau's own people before launch.

DIR/<group>/<person>/id*.jpg (photos on record) and live*.jpg (filmed at a counter); persons without 是 or yes
in the column `consent` of DIR/groups.csv are excluded. The protocol is in docs/evaluation.md.
"""

import argparse
import base64
import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader

from api.ports import SystemClock
from models.domain.layers.background import LEAST
from models.domain.policy import Policy
from scripts.lab.evaluate import plots
from scripts.lab.evaluate.identity import cohort, groups, people, photos, scores
from scripts.lab.evaluate.identity.comparison import COSINES, FMRS
from scripts.lab.evaluate.identity.groups import Measured
from scripts.lab.evaluate.identity.people import Person
from scripts.lab.evaluate.identity.promises import PROMISES, Verdict, judged

ID, LIVE = "id", "live"
AGREED = frozenset({"yes", "y", "1", "是", "同意"})
HERE = Path(__file__).parent


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure live photos against photos on record; write 报告.html, summary.json and the plots."""
    files, left_out = consenting(options.faces)
    policy = Policy()
    drawn = cohort.draw(options.cohort) if options.cohort else cohort.draw(options.faces, files)
    gallery = photos.gallery(files)
    acquired = gallery.acquired()
    everyone = people.persons(options.faces, acquired.files)
    failed = people.persons(options.faces, acquired.failed)
    found = measured(scores.scorer(acquired, policy, drawn), everyone, failed)
    found.cohort = len(drawn.faces) if drawn else 0
    figures = groups.summary(found, FMRS)
    verdicts = judged(figures, _kinds(everyone))
    options.out.mkdir(parents=True, exist_ok=True)
    pictures = _plots(options.out, found)
    summary = {
        "date": f"{SystemClock().now():%Y-%m-%d}",
        "persons": len(set(found.who)),
        "left_out": left_out,
        "photos": {"used": len(acquired.files), "failed": len(acquired.failed)},
        "hints": {hint: int((gallery.hints == hint).sum()) for hint in sorted(set(gallery.hints) - {""})},
        "cohort": found.cohort,
        "threshold": found.scorer.threshold,
        "groups": figures,
        "verdicts": [asdict(one) for one in verdicts],
    }
    (options.out / "summary.json").write_text(
        json.dumps(summary, indent=2, ensure_ascii=False), encoding="utf-8"
    )
    page = _page(summary, verdicts, pictures)
    (options.out / "报告.html").write_text(page, encoding="utf-8")
    return {name: value for name, value in summary.items() if name != "groups"}


def consenting(folder: Path) -> tuple[list[Path], int]:
    """Return the photos of consenting persons, and how many others there are; exits if there are none."""
    notes = folder / people.NOTES
    if not notes.exists():
        raise SystemExit(f"{notes} is missing: nobody is known to have agreed")
    with notes.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    agreed = {
        (row.get("group") or "", row.get("person") or "")
        for row in rows
        if (row.get("consent") or "").strip().casefold() in AGREED
    }
    files = [file for file in people.files(folder) if file.name.startswith((ID, LIVE))]
    who = {file.parent for file in files}
    allowed = {one for one in who if (one.parent.relative_to(folder).as_posix(), one.name) in agreed}
    kept = [file for file in files if file.parent in allowed]
    if not kept:
        raise SystemExit(f"{notes}: nobody has agreed (a row for each person, consent = 是 or yes)")
    return kept, len(who - allowed)


def measured(scorer: scores.Scorer, everyone: Sequence[Person], failed: Sequence[Person]) -> Measured:
    """Return all pairs of a live photo and a photo on record."""
    names = [file.name for file in scorer.gallery.files]
    live, known = (np.flatnonzero([name.startswith(kind) for name in names]) for kind in (LIVE, ID))
    if not len(live) or not len(known):
        raise SystemExit("a pilot needs photos on record (id*.jpg) and live ones (live*.jpg)")
    first, second = (side.ravel() for side in np.meshgrid(live, known, indexing="ij"))
    who = people.anonymous(everyone)
    same = who[first] == who[second]
    kind = np.unique([f"{one.group}/{one.sex}" for one in everyone], return_inverse=True)[1]
    near = (kind[first] == kind[second]) & ~same
    return Measured(scorer, everyone, failed, who, (first, second), scorer.pairs(first, second), same, near)


def _kinds(everyone: Sequence[Person]) -> dict[str, Person]:
    """Return one person per group, with the group's age band."""
    return {name: everyone[rows[0]] for name, rows in people.grouped(everyone).items()}


def _plots(out: Path, found: Measured) -> dict[str, str]:
    """Write the plots; return them as data for the page."""
    threshold = found.scorer.threshold
    plots.histogram(
        out / "scores.png", {"same person": found.mated.score, "strangers": found.others.score}, threshold
    )
    plots.dets(out / "groups.png", groups.curves(found, COSINES), threshold)
    return {
        name: base64.b64encode((out / f"{name}.png").read_bytes()).decode() for name in ("scores", "groups")
    }


def _page(summary: Mapping[str, Any], verdicts: Sequence[Verdict], pictures: Mapping[str, str]) -> str:
    """Return the report as one HTML file."""
    page = Environment(loader=FileSystemLoader(HERE), autoescape=True).get_template("pilot.html")
    return page.render(summary=summary, verdicts=verdicts, pictures=pictures, promises=PROMISES, least=LEAST)
