"""`liveness --films DIR --out DIR`: DIR/labels.json and its films, as presentations of a challenge."""

import argparse
import csv
import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import track

from api.settings import Settings
from matcher.local import LocalMatcher
from models.domain.decision import Outcome
from models.domain.policy import Policy
from scripts.lab.evaluate import plots, rates
from scripts.lab.evaluate.attacks import made_of
from scripts.lab.evaluate.captures import Judged, judged
from scripts.lab.evaluate.presentations import BONA_FIDE, Presentation, disjoint, of_folder, varied


class Worker:
    """One matcher in each process of the pool."""

    matcher: LocalMatcher

    @classmethod
    def start(cls, pad_dir: Path | None) -> None:
        """Load the models once."""
        cls.matcher = LocalMatcher(1, pad_dir)

    @classmethod
    def judged(cls, policy: Policy, one: Presentation) -> Judged:
        """Judge one presentation."""
        return judged(cls.matcher, one, policy)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Judge every presentation; write summary.json, presentations.csv and the plots; return the summary."""
    pad_dir, out = Settings().pad_dir, options.out
    policy = replace(Policy(), pad_required=pad_dir is not None)
    live, filmed = of_folder(options.films)
    attacks = [*filmed, *made_of(live, sorted({one.claimed for one in filmed}))]
    presentations = [*live, *varied(options.films, live), *attacks]
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(os.cpu_count(), Worker.start, (pad_dir,)) as pool:
        made = pool.imap(partial(Worker.judged, policy), presentations, chunksize=4)
        rows = list(track(made, "呈现 / presentations", total=len(presentations)))
    out.mkdir(parents=True, exist_ok=True)
    summary = _summary(rows, "measured" if pad_dir else "not_available")
    (out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    _table(out / "presentations.csv", rows)
    plots.species(out / "species.png", summary)
    plots.timeline(out / "timeline.png", [_first(rows, name) for name in (BONA_FIDE, *_attacks(rows)[:2])])
    return summary


def _attacks(rows: Sequence[Judged]) -> list[str]:
    """Return the attacks' names, the filmed ones first."""
    return [name for name in dict.fromkeys(row.presentation.species for row in rows) if name != BONA_FIDE]


def _first(rows: Sequence[Judged], species: str) -> Judged:
    return next(row for row in rows if row.presentation.species == species)


def _summary(rows: Sequence[Judged], pad: str) -> dict[str, Any]:
    """Return error rates by species: over all presentations, bounds from those that share no film."""
    live = [row for row in rows if row.presentation.species == BONA_FIDE]
    attacks = {name: [row for row in rows if row.presentation.species == name] for name in _attacks(rows)}
    return {
        "pad": pad,
        "bona_fide": _rate(live, "bpcer", [not _accepted(row) for row in live]),
        "attacks": {
            name: _rate(some, "apcer", [_accepted(row) for row in some]) for name, some in attacks.items()
        },
    }


def _rate(rows: Sequence[Judged], name: str, errors: Sequence[bool]) -> dict[str, Any]:
    wrong = {row.presentation for row, error in zip(rows, errors, strict=True) if error}
    apart = disjoint([row.presentation for row in rows])
    reasons = Counter(str(row.decision.reason) for row in rows)
    return {
        "n": len(rows),
        name: sum(errors) / len(rows) if rows else None,
        "n_disjoint": len(apart),
        "upper95": rates.upper95(sum(one in wrong for one in apart), len(apart)),
        "reasons": dict(reasons.most_common()),
    }


def _accepted(row: Judged) -> bool:
    return row.decision.outcome is Outcome.PASSED


def _table(file: Path, rows: Sequence[Judged]) -> None:
    """Write one line a presentation, with everything the decision rested on."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow([
            "species", "film", "from_s", "length_s", "fps", "actions", "outcome", "reason", "done",
            "pad", "score", "same_face", "max_gap_ms", "repeated", "frozen_ms", "looped_ms",
            "seen_frames", "seen_ms",
        ])  # fmt: skip
        for row in rows:
            one, report = row.presentation, row.report
            table.writerow([
                one.species, one.claimed.name, f"{one.pieces[0].begin:.2f}", f"{one.length:.2f}",
                one.rate, " ".join(one.actions), row.decision.outcome, row.decision.reason,
                " ".join(action.action for action in report.actions if action.done),
                report.pad.score, report.comparison.score, report.continuity.same_face_min,
                report.timing.max_gap_ms, report.timing.repeated, report.timing.frozen_ms,
                report.timing.looped_ms, row.memory.frames, row.memory.movement_ms,
            ])  # fmt: skip
