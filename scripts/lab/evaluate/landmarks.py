"""`landmarks --films DIR --out DIR`: the 468-point mesh beside dlib's 68 points on DIR/labels.json's films.

The 68-point file bars commercial use (weights.toml): it is measured here and used nowhere.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import pstdev
from typing import Any

import dlib
import numpy as np
from rich.progress import track

from matcher import weights
from matcher.imaging import decode
from matcher.liveness.actions import RULES, Interval, seen
from matcher.liveness.signals import LOWERED, SIDEWAYS, SIGNALS, Signal, in_eye_axes
from matcher.local import LocalMatcher
from matcher.observe import MOTION_SIDE
from matcher.protocol import Picture
from matcher.types import Frame, FrameKind, Observation
from scripts.demo.film import Film
from scripts.lab.bench.clock import cpu_ms
from scripts.lab.evaluate.presentations import ACTIONS, labels

ASKED = {"motion": {"max_side": 320, "quality": 0.5, "fps": 5}, "evidence": {"at_ms": []}}
LONGEST_S = 60.0
BATCH = 12
JUDGED = ("turn_left", "turn_right", "nod", "open_mouth", "smile", "close_eyes")
RIGHT_EYE, LEFT_EYE = (36, 37, 38, 39, 40, 41), (42, 43, 44, 45, 46, 47)
NOSE_TIP, MOUTH, INNER_LIPS, OUTER_EYES = 30, (48, 54), (62, 66, 60, 64), (36, 45)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Return detection of labelled actions, its accuracy, false detections and noise, by film and engine."""
    matcher, predictor = LocalMatcher(1), dlib.shape_predictor(str(weights.packaged("dlib_68").file))
    rows: list[dict[str, Any]] = []
    for name, label in track(labels(options.films).items(), "影片 / films"):
        frames = [
            Frame(s.seq, s.t_ms, FrameKind(s.kind), s.image)
            for s in Film(options.films / name, 0.0, LONGEST_S).shots(ASKED)
        ]
        mesh = _observed(matcher, frames)
        points = [_by_points(predictor, frame, one) for frame, one in zip(frames, mesh, strict=True)]
        rows += [
            {"film": name, "landmarks": which} | _judged(observations, label["segments"])
            for which, observations in (("mesh 468", mesh), ("dlib 68", points))
        ]
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "landmarks.csv").open("w", newline="", encoding="utf-8") as lines:
        table = csv.DictWriter(lines, rows[0], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    summary = {"rows": rows, "dlib_68_ms": round(_cost(predictor, frames[0], mesh[0]), 2)}
    (options.out / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    return summary


def _observed(matcher: LocalMatcher, frames: Sequence[Frame]) -> list[Observation]:
    found: list[Observation] = []
    for start in range(0, len(frames), BATCH):
        found += matcher.observe(frames[start : start + BATCH], found)
    return found


def _by_points(predictor: Any, frame: Frame, one: Observation) -> Observation:
    """Return the observation with the mesh's signals replaced by those of the 68 points."""
    if one.box is None:
        return one
    picture = decode.frame(frame.image, MOTION_SIDE)
    height, width = picture.shape[:2]
    points = _points(predictor, picture, one.box)
    eyes = [points[list(eye)].mean(axis=0) for eye in (RIGHT_EYE, LEFT_EYE)]
    five = np.stack([*eyes, points[NOSE_TIP], points[MOUTH[0]], points[MOUTH[1]]])
    placed = replace(one, landmarks=tuple(map(float, (five / height).reshape(-1))))
    nose = in_eye_axes(placed)
    return replace(
        placed,
        yaw=nose[0] / SIDEWAYS if nose else None,
        pitch=nose[1] / LOWERED if nose else None,
        eyes_open=(_openness(points, RIGHT_EYE) + _openness(points, LEFT_EYE)) / 2,
        mouth_open=_gap(points, INNER_LIPS[:2]) / max(_gap(points, INNER_LIPS[2:]), 1e-3),
        smile=_gap(points, MOUTH) / max(_gap(points, OUTER_EYES), 1e-3),
    )


def _points(predictor: Any, picture: Picture, box: Sequence[float]) -> np.ndarray:
    """Return the points (68, 2) in px; the file expects the squarer boxes of dlib's own detectors."""
    height, width = picture.shape[:2]
    x, y, w, h = (value * side for value, side in zip(box, (width, height) * 2, strict=True))
    side, middle = (w + h) / 2, (x + w / 2, y + h * 0.55)
    edges = (middle[0] - side / 2, middle[1] - side / 2, middle[0] + side / 2, middle[1] + side / 2)
    found = predictor(np.ascontiguousarray(picture[:, :, ::-1]), dlib.rectangle(*map(round, edges)))
    return np.array([(point.x, point.y) for point in found.parts()], np.float64)


def _gap(points: np.ndarray, pair: Sequence[int]) -> float:
    return float(np.linalg.norm(points[pair[0]] - points[pair[1]]))


def _openness(points: np.ndarray, eye: Sequence[int]) -> float:
    """Return the eye aspect ratio of Soukupová & Čech (CVWW 2016)."""
    corner, top1, top2, other, low2, low1 = eye
    upright = _gap(points, (top1, low1)) + _gap(points, (top2, low2))
    return upright / max(2 * _gap(points, (corner, other)), 1e-3)


def _judged(observations: Sequence[Observation], segments: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return detection of the labelled actions, false detections, and each signal's noise at rest."""
    labelled = {
        ACTIONS[one["action"]]: (1000 * one["from"], 1000 * one["to"])
        for one in segments
        if one["action"] in ACTIONS
    }
    result: dict[str, Any] = {}
    others = 0
    for action in JUDGED:
        found = seen(action, observations)
        inside = [one for one in found if action in labelled and _overlap(one, labelled[action]) > 0]
        others += len(found) - len(inside)
        if action in labelled:
            result[action] = round(max((_overlap(one, labelled[action]) for one in inside), default=0.0), 2)
    noise = {f"{action}_noise": round(_noise(action, observations, segments), 3) for action in JUDGED}
    return result | {"other_actions": others} | noise


def _overlap(one: Interval, label: tuple[float, float]) -> float:
    """Return the intersection over union of a detected and a labelled interval."""
    common = min(one.to_ms, label[1]) - max(one.from_ms, label[0])
    return max(0.0, common) / (max(one.to_ms, label[1]) - min(one.from_ms, label[0]))


def _noise(action: str, observations: Sequence[Observation], segments: Sequence[dict[str, Any]]) -> float:
    """Return a signal's deviation in neutral stretches relative to its onset threshold (1 = onset)."""
    rest = [(1000 * one["from"], 1000 * one["to"]) for one in segments if one["action"] == "neutral"]
    signal = SIGNALS[action](observations)
    found = [
        pstdev(values)
        for begin, end in rest
        if len(values := list(_within(signal, observations, begin, end))) > 1
    ]
    return max(found, default=0.0) / RULES[action].on


def _within(signal: Signal, observations: Sequence[Observation], begin: float, end: float) -> Iterator[float]:
    for value, one in zip(signal, observations, strict=False):
        if value is not None and begin <= one.t_ms < end:
            yield value


def _cost(predictor: Any, frame: Frame, one: Observation) -> float:
    """Return the CPU time of the 68 points on one face, in ms."""
    picture = decode.frame(frame.image, MOTION_SIDE)
    return cpu_ms(lambda: _points(predictor, picture, one.box or (0.0, 0.0, 1.0, 1.0)))
