"""Captures of real films and photos, as a phone sends them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from matcher.local import LocalMatcher
from matcher.types import Examination, Frame, FrameKind, Observation, Report, Template
from scripts.demo.film import Film, samples

FRAME = {
    "motion": {"max_side": 320, "quality": 0.5, "fps": 5},
    "evidence": {"max_side": 640, "quality": 0.8, "at_ms": [350, 1050, 1750, 2450, 3150]},
}
MAN = Film(samples() / "single_face.mp4", 0.0, 2.4)
WOMAN = Film(samples() / "WolfgangLanger_Pexels.mp4", 7.0, 5.0)
Warp = Callable[[np.ndarray, float], np.ndarray]


def frames(film: Film) -> list[Frame]:
    """Return a film as frames."""
    return [Frame(shot.seq, shot.t_ms, shot.kind, shot.image) for shot in film.shots(FRAME)]


def still(photo: Path, warp: Warp = lambda picture, _: picture, seconds: float = 3.0) -> list[Frame]:
    """Return a photo filmed for some seconds, `warp` changing it with time."""
    picture = cv2.imread(str(photo))
    times = sorted(
        [(n * 200, "motion") for n in range(int(seconds * 5))]
        + [(351 + n * 700, "evidence") for n in range(4)]
    )
    made = []
    for seq, (t_ms, kind) in enumerate(times):
        side = FRAME[kind]["max_side"]
        shown = warp(picture, t_ms / 1000)
        scale = side / max(shown.shape[:2])
        small = cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        noise = np.random.default_rng(seq).normal(0, 2, small.shape)
        grainy = np.clip(small + noise, 0, 255).astype(np.uint8)
        made.append(Frame(seq, t_ms, kind, cv2.imencode(".jpg", grainy)[1].tobytes()))
    return made


def observed(matcher: LocalMatcher, filmed: Sequence[Frame]) -> list[Observation]:
    """Return the observations of a capture sent in batches of twelve."""
    seen: list[Observation] = []
    for start in range(0, len(filmed), 12):
        seen += matcher.observe(filmed[start : start + 12], seen)
    return seen


def references(matcher: LocalMatcher, photo: str) -> tuple[Template, ...]:
    """Return the templates of one of the sample photos."""
    return matcher.enrol((samples() / photo).read_bytes()).templates


def examined(
    matcher: LocalMatcher,
    filmed: Sequence[Frame],
    actions: Sequence[str] = ("smile",),
    claimed: str = "single_face.jpg",
    cohort: Sequence[str] = (),
    **changes: Any,
) -> Report:
    """Return the report on a capture."""
    return matcher.examine(
        Examination(
            actions=tuple(actions),
            observations=tuple(observed(matcher, filmed)),
            evidence=tuple(frame for frame in filmed if frame.kind == FrameKind.EVIDENCE),
            references=references(matcher, claimed),
            cohort=tuple(references(matcher, relative) for relative in cohort),
            **changes,
        )
    )
