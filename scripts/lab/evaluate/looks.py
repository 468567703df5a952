"""`looks --faces DIR --out DIR`: DIR/<group>/<person>/*.jpg, groups called …men… or …women…."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from matcher.errors import BadImage
from matcher.local import LocalMatcher
from models.domain.identity.looks import Placed, in_order, other_sex, out_of_step
from scripts.lab.evaluate.rates import upper95

ROWS, FILES = (2, 5, 20, 200), 2_000
# Unused age.
ANY = 40.0
Seen = tuple[str, float]


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Return how often a correct photo contradicts its row's sex, and how much of a shifted file is held."""
    matcher = LocalMatcher()
    seen: dict[str, list[Seen]] = {}
    people = [one for one in sorted(options.faces.glob("*/*")) if one.is_dir()]
    for person in track(people, "照片 / photos"):
        group = person.parent.name
        sex = "female" if "women" in group else "male" if "men" in group else None
        male = _male(matcher, person) if sex else None
        if sex and male is not None:
            seen.setdefault(group, []).append((sex, male))
    everybody = [one for group in seen.values() for one in group]
    if not everybody:
        raise SystemExit(f"{options.faces} has no usable photo of a group called …men… or …women…")
    summary = {
        "contradict": {group: _contradicting(rows) for group, rows in seen.items()},
        "slipped_by_one": {str(rows): _slipped(everybody, rows, 1) for rows in ROWS},
        "not_slipped": {str(rows): _slipped(everybody, rows, 0) for rows in ROWS},
        "slipped_by_one_without_names": {str(rows): _slipped(everybody, rows, 1, bare=True) for rows in ROWS},
        "not_slipped_without_names": {str(rows): _slipped(everybody, rows, 0, bare=True) for rows in ROWS},
        "one_sex_slipped_without_names": {
            str(rows): _slipped([one for one in everybody if one[0] == "female"], rows, 1, bare=True)
            for rows in ROWS
        },
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    return summary


def _male(matcher: LocalMatcher, person: Path) -> float | None:
    """Return P(male) of a person's first photo that enrolment accepts."""
    for file in sorted(person.glob("*.jpg")):
        try:
            looks = matcher.enrol(file.read_bytes()).looks
        except BadImage:
            continue
        if looks is not None:
            return looks.male
    return None


def _contradicting(rows: list[Seen]) -> dict[str, Any]:
    """Return the share of correct photos that contradict the row's sex, and of wrong ones."""
    false = sum(other_sex(sex, male) for sex, male in rows)
    found = sum(other_sex("male" if sex == "female" else "female", male) for sex, male in rows)
    return {
        "people": len(rows),
        "right_photo": false / len(rows),
        "right_photo_upper95": upper95(false, len(rows)),
        "other_sex_found": found / len(rows),
    }


def _slipped(everybody: list[Seen], rows: int, by: int, bare: bool = False) -> dict[str, float]:
    """Return the mean share of photos held per shifted file, and the shares held wholly or not at all.

    `bare`: the photos' file names do not identify persons.
    """
    drawn = np.random.default_rng(rows)
    shares = []
    for _ in range(FILES if rows < max(ROWS) else FILES // 10):
        file = [everybody[at] for at in drawn.integers(0, len(everybody), rows)]
        photos = file[by:] + file[:by]
        contradicted = [other_sex(sex, male) for (sex, _), (_, male) in zip(file, photos, strict=True)]
        run = [Placed(sex, None, male, ANY) for (sex, _), (_, male) in zip(file, photos, strict=True)]
        waits = bare and not in_order(run)
        shares.append(1.0 if waits else len(out_of_step(contradicted, gap=False)) / rows)
    count = len(shares)
    return {
        "held": sum(shares) / count,
        "files_whole": sum(one == 1 for one in shares) / count,
        "files_none": sum(one == 0 for one in shares) / count,
    }
