"""`liveness --films DIR --out DIR`: DIR/labels.json and its films, as presentations of a challenge."""

import argparse
import csv
import json
import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

from rich.progress import track

from matcher.local import LocalMatcher
from models.domain.policy import Policy
from scripts.admin import setting
from scripts.lab.evaluate import plots
from scripts.lab.evaluate.attacks import made_of, shown_twice
from scripts.lab.evaluate.captures import Judged, judged
from scripts.lab.evaluate.films import figures, injected, variants
from scripts.lab.evaluate.films.resting import passive
from scripts.lab.evaluate.films.settled import settled
from scripts.lab.evaluate.presentations import (
    BONA_FIDE,
    Presentation,
    of_folder,
    spread,
    varied,
)

# Maximum presentations per injected kind, and per variant of live ones.
SOME = 112


class Worker:
    """Holds one matcher per process of the pool."""

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
    pad_dir, out = setting.some_settings().pad_dir, options.out
    policy = replace(Policy(), pad_required=pad_dir is not None)
    presentations = _presentations(options.films, _chosen(options.variants))
    if options.only:
        kept = set(options.only.split(","))
        presentations = [one for one in presentations if one.species in kept]
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(os.cpu_count(), Worker.start, (pad_dir,)) as pool:
        made = pool.imap(partial(Worker.judged, policy), presentations, chunksize=8)
        rows = list(track(made, "呈现 / presentations", total=len(presentations)))
    out.mkdir(parents=True, exist_ok=True)
    summary = figures.summary(rows, "measured" if pad_dir else "not_available", policy)
    (out / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False), encoding="utf-8")
    _table(out / "presentations.csv", rows)
    plots.species(out / "species.png", summary)
    shown = [BONA_FIDE, *list(summary["attacks"])[:2]]
    plots.timeline(out / "timeline.png", [row for name in shown if (row := _first(rows, name))])
    return summary


def _chosen(names: str) -> list[str]:
    """Return the variants requested; exit where one is unknown."""
    if names in ("", "none"):
        return []
    chosen = list(variants.NAMES) if names == "all" else names.split(",")
    if not set(chosen) <= set(variants.NAMES):
        raise SystemExit(f"--variants: of {', '.join(variants.NAMES)}, all or none")
    return chosen


def _presentations(films: Path, otherwise: Sequence[str]) -> list[Presentation]:
    """Return all presentations: bona fide (with actions, at rest, variants) and every attack."""
    live, filmed = of_folder(films)
    resting = passive(films)
    living = [one for one in resting if one.species == BONA_FIDE]
    shown = [one for one in resting if one.species != BONA_FIDE]
    if not live and not living:
        raise SystemExit(f"{films / 'labels.json'}: no film of a living person")
    asked = [replace(one, actions=two) for one in shown for two in permutations(Policy().action_pool, 2)]
    people = {one.person: one for one in reversed(live)}.values()
    acting = [settled(one) for one in live]
    faces = {one.person: one for one in reversed([*living, *live])}.values()
    return [
        *acting,
        *varied(films, list(people)),
        *living,
        *(other for name in otherwise for other in variants.of(name, [*spread(acting, SOME), *faces])),
        *filmed,
        *shown,
        *asked,
        *made_of(list(people), sorted({one.claimed for one in filmed})),
        *shown_twice(spread(live, SOME)),
        *injected.made_of(live, list(faces), SOME),
    ]


def _first(rows: Sequence[Judged], species: str) -> Judged | None:
    return next((row for row in rows if row.presentation.species == species), None)


def _table(file: Path, rows: Sequence[Judged]) -> None:
    """Write one CSV row per presentation, with all facts of the decision."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow([
            "species", "variant", "person", "groups", "film", "from_s", "length_s", "fps", "actions",
            "outcome", "reason", "done",
            "pad", "score", "same_face", "max_gap_ms", "repeated", "frozen_ms", "looped_ms",
            "seen_frames", "seen_ms", "same_face_mean", "pad_lowest", "hint",
        ])  # fmt: skip
        for row in rows:
            one, report = row.presentation, row.report
            table.writerow([
                one.species, one.variant, one.person, " ".join(one.groups), one.claimed.name,
                f"{one.pieces[0].begin:.2f}", f"{one.length:.2f}",
                one.rate, " ".join(one.actions), row.decision.outcome, row.decision.reason,
                " ".join(action.action for action in report.actions if action.done),
                report.pad.score, report.comparison.score, report.continuity.same_face_min,
                report.timing.max_gap_ms, report.timing.repeated, report.timing.frozen_ms,
                report.timing.looped_ms, row.memory.frames, row.memory.movement_ms,
                report.continuity.same_face_mean,
                report.pad.lowest, row.decision.hint or report.acquisition.hint,
            ])  # fmt: skip
