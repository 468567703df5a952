"""Reads a film's pictures and encodes them as a phone does."""

from functools import lru_cache
from pathlib import Path

import cv2

from scripts.lab.evaluate.changes import Picture

SIDE = {"motion": 320, "evidence": 640}
QUALITY = {"motion": 50, "evidence": 80}
# Faster films are decimated by a whole factor, to no fewer pictures per second than this.
LEAST_RATE = 12


def at(film: Path, second: float) -> Picture:
    """Return a film's picture at a time in seconds, at evidence size."""
    return all_of(film)[1][number(film, second)]


def number(film: Path, second: float) -> int:
    """Return the index of a film's picture at a time in seconds."""
    rate, shown = all_of(film)
    return min(len(shown) - 1, max(0, round(second * rate)))


@lru_cache(maxsize=3)
def all_of(film: Path) -> tuple[float, list[Picture]]:
    """Return a film's pictures at evidence size, and their rate per second."""
    opened, kept, count = cv2.VideoCapture(str(film)), list[Picture](), 0
    rate = opened.get(cv2.CAP_PROP_FPS)
    stride = max(1, int(rate // LEAST_RATE))
    try:
        while True:
            going, picture = opened.read()
            if not going:
                break
            if count % stride == 0:
                kept.append(shrunken(picture, SIDE["evidence"]))
            count += 1
    finally:
        opened.release()
    if not kept:
        raise SystemExit(f"{film} cannot be played")
    return rate / stride, kept


def encoded(picture: Picture, kind: str) -> bytes:
    """Return a picture encoded as a phone sends it."""
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY[kind]]
    return cv2.imencode(".jpg", shrunken(picture, SIDE[kind]), options)[1].tobytes()


def shrunken(picture: Picture, side: int) -> Picture:
    """Return a picture scaled down to at most `side` px in width and height."""
    scale = side / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
