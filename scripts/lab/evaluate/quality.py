"""`quality --faces DIR [--masked DIR] --out DIR`: unmodified photos, painted covers, and real masks."""

import argparse
import csv
import json
import multiprocessing
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.progress import track

from matcher.errors import BadImage
from matcher.imaging import decode, quality
from matcher.imaging.quality import Quality
from matcher.models import Models, load
from scripts.lab.evaluate import plots, rates
from scripts.lab.evaluate.identity import people
from scripts.lab.evaluate.occlusions import KINDS

SIDE = 640
JPEG_QUALITY = 80
# Crops smaller than a phone's face images are enlarged and padded.
SMALL, ENLARGED = 100, 192
UNTOUCHED, WORN = "untouched", "real_mask"
Row = dict[str, Any]


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Return the share of frontal faces classified covered, by kind of cover; write CSV and plot."""
    masked = people.files(options.masked) if options.masked else []
    files = [file for file in people.files(options.faces) if file not in set(masked)]
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(os.cpu_count(), Painter.start) as pool:
        made = pool.imap(Painter.rows, files, chunksize=4)
        rows = [row for some in track(made, "照片 / photos", total=len(files)) for row in some]
        rows += [row for some in pool.imap(Painter.worn, masked) for row in some]
    if not rows:
        raise SystemExit("no frontal face was found in any photo")
    options.out.mkdir(parents=True, exist_ok=True)
    _write(options.out / "quality.csv", rows)
    summary = _summary(len(files), rows)
    (options.out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    plots.covers(options.out / "quality.png", rows, summary, quality.DOUBT)
    return summary


class Painter:
    """Holds one set of models per process of the pool."""

    models: Models

    @classmethod
    def start(cls) -> None:
        """Load the models once."""
        cv2.setNumThreads(1)
        cls.models = load(None)

    @classmethod
    def rows(cls, file: Path) -> list[Row]:
        """Return the rows of a frontal photo, untouched and painted; none for a non-frontal one."""
        try:
            picture = _enlarged(decode.photo(file.read_bytes()))
        except BadImage:
            return []
        measured = cls._measured(picture)
        if measured is None or not measured.judged:
            return []
        points = cls.models.mesh.outline(picture, cls.models.detector.faces(picture)[0])
        return [
            {"file": f"{file.parent.name}/{file.name}", **row}
            for row in cls._painted(picture, points, file.name)
        ]

    @classmethod
    def worn(cls, file: Path) -> list[Row]:
        """Return the rows of a photo of a masked person; none for an unreadable one."""
        try:
            picture = _enlarged(decode.photo(file.read_bytes()))
        except BadImage:
            return []
        return [{"file": f"{file.parent.name}/{file.name}", **_row(WORN, cls._measured(_sent(picture)))}]

    @classmethod
    def _painted(cls, picture: np.ndarray, points: np.ndarray, name: str) -> Iterator[Row]:
        """Yield one row for each kind of cover, sent as a phone would send it."""
        yield _row(UNTOUCHED, cls._measured(_sent(picture)))
        grey = bool(np.ptp(picture.astype(np.int16), axis=2).max() < 3)
        for number, (kind, paint) in enumerate(KINDS.items()):
            painted = paint(picture, points, np.random.default_rng([zlib.crc32(name.encode()), number]))
            if grey:
                painted = cv2.cvtColor(cv2.cvtColor(painted, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
            yield _row(kind, cls._measured(_sent(painted)))

    @classmethod
    def _measured(cls, picture: np.ndarray) -> Quality | None:
        faces = cls.models.detector.faces(picture)
        return quality.measure(picture, faces, cls.models.mesh.read(picture, faces[0])) if faces else None


def _enlarged(picture: np.ndarray) -> np.ndarray:
    """Return a small crop enlarged with a border, and other pictures unchanged."""
    if max(picture.shape) >= SMALL:
        return picture
    large = cv2.resize(picture, (ENLARGED, ENLARGED), interpolation=cv2.INTER_CUBIC)
    border = ENLARGED // 3
    return cv2.copyMakeBorder(large, border, border, border, border, cv2.BORDER_REPLICATE)


def _sent(picture: np.ndarray) -> np.ndarray:
    """Return the picture after the phone's compression."""
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    return decode.frame(jpeg.tobytes(), SIDE)


def _row(kind: str, measured: Quality | None) -> Row:
    """Return one row of the table; `seen` is covered, free, turned or no_face."""
    if measured is None:
        return {"kind": kind, "seen": "no_face"}
    seen = "covered" if measured.covered else "free" if measured.judged else "turned"
    pose = {"yaw": measured.expression.yaw, "pitch": measured.expression.pitch}
    signs = asdict(measured.signs) if measured.signs else {}
    values = {"doubt": measured.doubt, "sureness": measured.sureness, **signs, **pose}
    return {"kind": kind, "seen": seen} | {name: round(value, 4) for name, value in values.items()}


def _summary(photos: int, rows: Sequence[Row]) -> dict[str, Any]:
    """Return the shares by kind; masks are all kinds of masks together."""
    kinds = {kind: _shares([row for row in rows if row["kind"] == kind]) for kind in KINDS}
    masks = _shares([row for row in rows if row["kind"].startswith("mask_")])
    untouched = _shares([row for row in rows if row["kind"] == UNTOUCHED])
    untouched["upper95"] = round(rates.upper95(untouched["covered_n"], untouched["n"]), 4)
    worn = _shares([row for row in rows if row["kind"] == WORN])
    return {"photos": photos, "untouched": untouched, "masks": masks, "real_masks": worn, "kinds": kinds}


def _shares(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the shares classified covered, no_face and turned; `stopped` is the sum of the first two."""
    count = {seen: sum(row["seen"] == seen for row in rows) for seen in ("covered", "no_face", "turned")}
    share = {seen: round(number / max(1, len(rows)), 4) for seen, number in count.items()}
    stopped = round((count["covered"] + count["no_face"]) / max(1, len(rows)), 4)
    return {"n": len(rows), "covered_n": count["covered"], **share, "stopped": stopped}


def _write(file: Path, rows: Sequence[Row]) -> None:
    with file.open("w", newline="", encoding="utf-8") as lines:
        table = csv.DictWriter(lines, next(row for row in rows if "doubt" in row), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
