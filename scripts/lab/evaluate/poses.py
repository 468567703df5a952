"""`poses --films DIR --faces DIR --out DIR`: the head poses in which an embedding can be recognised."""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from matcher.imaging.decode import frame
from matcher.models import Models, load
from matcher.observe import EVIDENCE_SIDE, MOTION_SIDE
from matcher.protocol import Picture, Vector
from scripts.demo.film import Film, samples
from scripts.lab.evaluate import plots
from scripts.lab.evaluate.colour import FILMS
from scripts.lab.evaluate.presentations import labels

ASKED = {"motion": {"max_side": MOTION_SIDE, "quality": 0.5, "fps": 10}, "evidence": {"at_ms": []}}
LONGEST_S = 60.0
FRONTAL = 12.0
# A capture has three embedded frames: draw as many frontal ones of a film, this often.
EMBEDDED, DRAWS = 3, 20
STEP = 10


@dataclass(frozen=True, slots=True)
class Pose:
    """A detected face: angles in degrees as in Observation, and its embedding."""

    yaw: float
    pitch: float
    vector: Vector

    @property
    def way(self) -> tuple[str, int]:
        """Return the head's direction and its angle in whole STEPs of degrees."""
        yaw, pitch = abs(self.yaw), abs(self.pitch)
        name = "turned" if yaw > pitch else "bowed" if self.pitch > 0 else "raised"
        return name, int(max(yaw, pitch) // STEP) * STEP


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Return, by pose, the similarity of faces in films to their own frontal pictures and to strangers."""
    models, numbers = load(None), np.random.default_rng(0)
    files = [options.films / name for name in labels(options.films)] + [samples() / name for name in FILMS]
    photos = track(sorted(options.faces.rglob("*.jpg")), "照片 / photos")
    found = [pose.vector for photo in photos for pose in _seen(models, photo.read_bytes(), EVIDENCE_SIDE)]
    strangers = np.stack(found)
    rows: list[tuple[str, Pose, float, float]] = []
    for file in track(files, "影片 / films"):
        shots = Film(file, 0.0, LONGEST_S).shots(ASKED)
        poses = [pose for shot in shots for pose in _seen(models, shot.image, MOTION_SIDE)]
        frontal = [one.vector for one in poses if max(abs(one.yaw), abs(one.pitch)) < FRONTAL]
        if len(frontal) >= EMBEDDED:
            own = (_own(one.vector, np.stack(frontal), numbers) for one in poses)
            others = (float(np.quantile(strangers @ one.vector, 0.99)) for one in poses)
            rows += [(file.name, *row) for row in zip(poses, own, others, strict=True)]
    return _written(options.out, rows, len(strangers))


def _seen(models: Models, image: bytes, side: int) -> Iterator[Pose]:
    """Yield the main face of a picture, if one is found."""
    picture: Picture = frame(image, side)
    faces = models.detector.faces(picture)
    if faces:
        read = models.mesh.read(picture, faces[0])
        vector = models.sface.quick(picture, read.landmarks)
        yield Pose(read.expression.yaw, read.expression.pitch, vector)


def _own(vector: Vector, frontal: np.ndarray, numbers: np.random.Generator) -> float:
    """Return the minimum over random draws of the similarity to the nearest of three frontal pictures."""
    alike = frontal @ vector
    return min(float(numbers.choice(alike, EMBEDDED, replace=False).max()) for _ in range(DRAWS))


def _written(out: Path, rows: Sequence[tuple[str, Pose, float, float]], photos: int) -> dict[str, Any]:
    """Write summary.json, poses.csv and poses.png; return the summary."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "poses.csv").open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(["film", "yaw", "pitch", "own", "strangers_p99"])
        for name, pose, own, others in rows:
            table.writerow([name, f"{pose.yaw:.1f}", f"{pose.pitch:.1f}", f"{own:.3f}", f"{others:.3f}"])
    ways = sorted({pose.way for _, pose, _, _ in rows})
    summary = {
        "photos_of_strangers": photos,
        "rows": [_lies(way, [row for row in rows if row[1].way == way]) for way in ways],
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    plots.poses(out / "poses.png", [(pose.yaw, pose.pitch, own) for _, pose, own, _ in rows])
    return summary


def _lies(way: tuple[str, int], rows: Sequence[tuple[str, Pose, float, float]]) -> dict[str, Any]:
    """Return the distribution of the similarities of one pose."""
    own = [row[2] for row in rows]
    return {
        "pose": way[0],
        "from_degrees": way[1],
        "frames": len(rows),
        "films": len({row[0] for row in rows}),
        "own_least": round(min(own), 2),
        "own_median": round(float(np.median(own)), 2),
        "strangers_p99": round(float(np.median([row[3] for row in rows])), 2),
    }
