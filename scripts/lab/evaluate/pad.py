"""`pad --films DIR --weights DIR --out DIR`: each PAD net's scores on DIR/labels.json's films."""

import argparse
import csv
import json
from pathlib import Path
from statistics import mean, median
from typing import Any

from rich.progress import track

from matcher import weights
from matcher.imaging.decode import frame
from matcher.imaging.detector import Detector
from matcher.liveness.pad import PadNets
from matcher.weights import PAD_NETS
from scripts.demo.film import Film

# Sizes of evidence frames, evidence frames on a slow network, and motion frames.
SENT = {"640 px q80": (640, 0.8), "480 px q70": (480, 0.7), "320 px q50": (320, 0.5)}
NETS = {
    "minifasnet": PAD_NETS,
    "minifasnet_v2": PAD_NETS[:1],
    "minifasnet_v1se": PAD_NETS[1:],
    "celeba_spoof": ("celeba_spoof",),
}
FPS = 2
LONGEST_S = 60.0
WINDOW = 5
LIVE = 0.5


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Return, by net, film and size, the share of frames classified live and of medians of five frames."""
    labels = json.loads((options.films / "labels.json").read_text(encoding="utf-8"))
    films = {name: label["kind"] for name, label in labels.items() if isinstance(label, dict)}
    detector = Detector(weights.packaged("yunet"))
    nets = {name: PadNets(options.weights, names) for name, names in NETS.items()}
    rows = []
    for name in track(films, "影片 / films"):
        for sent, (side, quality) in SENT.items():
            course = _course(options.films / name, side, quality, detector, nets)
            rows += [{"net": net, "film": name, "sent": sent} | _shares(course[net]) for net in nets]
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "pad.csv").open("w", newline="", encoding="utf-8") as lines:
        table = csv.DictWriter(lines, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    summary = {"kinds": films, "rows": rows}
    (options.out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    return summary


def _course(
    film: Path, side: int, quality: float, detector: Detector, nets: dict[str, PadNets]
) -> dict[str, list[float]]:
    """Return each net's P(bona fide) along the film."""
    asked = {"motion": {"max_side": side, "quality": quality, "fps": FPS}, "evidence": {"at_ms": []}}
    course: dict[str, list[float]] = {name: [] for name in nets}
    for shot in Film(film, 0.0, LONGEST_S).shots(asked):
        picture = frame(shot.image, side)
        faces = detector.faces(picture)
        for name, net in nets.items() if faces else ():
            course[name].append(net.live(picture, faces[0].box))
    return course


def _shares(scores: list[float]) -> dict[str, Any]:
    """Return the share of a film classified live, by frame and by the median of five."""
    windows = [median(scores[i : i + WINDOW]) for i in range(len(scores) - WINDOW + 1)]
    return {
        "frames": len(scores),
        "frames_live": round(mean(one >= LIVE for one in scores), 3) if scores else None,
        "windows": len(windows),
        "windows_live": round(mean(one >= LIVE for one in windows), 3) if windows else None,
        "lowest": round(min(scores), 4) if scores else None,
    }
