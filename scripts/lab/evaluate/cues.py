"""`cues --films DIR --faces DIR --out DIR`: straight lines around faces in films and photos."""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.progress import track

from matcher.imaging.decode import frame
from matcher.liveness.bezel import bezel
from matcher.models import Models, load
from matcher.observe import EVIDENCE_SIDE
from matcher.protocol import Picture
from scripts.demo.film import Film, samples
from scripts.lab.evaluate.colour import FILMS
from scripts.lab.evaluate.presentations import BONA_FIDE
from scripts.lab.evaluate.rates import band

ASKED = {"motion": {"max_side": 640, "quality": 0.8, "fps": 2}, "evidence": {"at_ms": []}}
LONGEST_S = 60.0
WINDOW = 5
SCREEN = 0.6
# Black padding of rotated photos looks like a bezel: crop the edge, skip photos that still contain padding.
CUT, FILLED = 0.12, 0.005


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Return the distribution of `bezel` by film and over all photos, and how often it indicates a screen."""
    models = load(None)
    labels = json.loads((options.films / "labels.json").read_text(encoding="utf-8"))
    films = {options.films / name: one["kind"] for name, one in labels.items() if isinstance(one, dict)}
    films |= {samples() / name: BONA_FIDE for name in FILMS}
    measured = {file.name: list(_film(models, file)) for file in track(films, "影片 / films")}
    rows = [_lies(file.name, kind, measured[file.name], WINDOW) for file, kind in films.items()]
    photos = track(sorted(options.faces.rglob("*.jpg")), "照片 / photos")
    measured["photos"] = [one for photo in photos for one in _photo(models, photo)]
    summary = {"screen": SCREEN, "rows": [*rows, _lies("photos", BONA_FIDE, measured["photos"], 1)]}
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "cues.csv").open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(["source", "frame", "bezel"])
        table.writerows((name, n, one) for name, found in measured.items() for n, one in enumerate(found))
    (options.out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    return summary


def _film(models: Models, file: Path) -> Iterator[float]:
    """Yield `bezel` of a film at two frames per second, at evidence size."""
    for shot in Film(file, 0.0, LONGEST_S).shots(ASKED):
        yield from _seen(models, frame(shot.image, EVIDENCE_SIDE))


def _photo(models: Models, photo: Path) -> Iterator[float]:
    """Yield `bezel` of a photo's centre crop."""
    picture = frame(photo.read_bytes(), EVIDENCE_SIDE)
    height, width = picture.shape[:2]
    top, left = int(CUT * height), int(CUT * width)
    middle = np.ascontiguousarray(picture[top : height - top, left : width - left])
    edges = np.concatenate([middle[0], middle[-1], middle[:, 0], middle[:, -1]])
    if (edges == 0).all(axis=-1).mean() <= FILLED:
        yield from _seen(models, middle)


def _seen(models: Models, picture: Picture) -> Iterator[float]:
    """Yield `bezel` of the main face, if one is found."""
    faces = models.detector.faces(picture)
    if faces:
        yield bezel(picture, faces[0].box)


def _lies(name: str, kind: str, found: Sequence[float], window: int) -> dict[str, Any]:
    """Return the quantiles of one source's values and the share of windowed medians above SCREEN."""
    medians = [median(found[i : i + window]) for i in range(max(1, len(found) - window + 1))] if found else []
    quantiles = np.quantile(found, (0, 0.5, 0.99, 1)) if found else ()
    called = sum(one >= SCREEN for one in medians)
    return {
        "source": name,
        "kind": kind,
        "n": len(found),
        "quantiles_0_50_99_100": [round(float(one), 2) for one in quantiles],
        "called_screen": called / len(medians) if medians else None,
        "interval95": band(called / len(medians), len(medians)) if medians else None,
    }
