"""Manipulations of an attack's pictures or frames."""

import math
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from matcher.types import Frame

GRAIN = 2.0
Picture = np.ndarray


def grainy(picture: Picture, numbers: np.random.Generator) -> Picture:
    """Return the picture with the sensor noise of a camera filming a photo."""
    return np.clip(picture + numbers.normal(0, GRAIN, picture.shape), 0, 255).astype(np.uint8)


Change = Callable[[Picture, float, str], Picture]


def _unchanged(_: np.random.Generator) -> Change:
    return lambda picture, _, __: picture


def _ken_burns(numbers: np.random.Generator) -> Change:
    """Return a change that zooms, pans and rotates in the plane (Ken Burns effect)."""
    phase = numbers.random() * 6

    def change(picture: Picture, t: float, _kind: str) -> Picture:
        height, width = picture.shape[:2]
        scale = 1.15 + 0.15 * math.sin(t + phase)
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), 8 * math.sin(2 * t + phase), scale)
        turn[:, 2] += [0.04 * width * math.sin(3 * t), 0.04 * height * math.cos(2 * t)]
        return cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)

    return change


def _tilted(numbers: np.random.Generator) -> Change:
    """Return a change that rotates the photo in space by up to 45 degrees, as if hand-held."""
    phase = numbers.random() * 6

    def change(picture: Picture, t: float, _kind: str) -> Picture:
        height, width = picture.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        angles = np.array([0.5 * math.sin(1.7 * t), 0.8 * math.sin(1.3 * t + phase), 0.0])
        deep = 1.5 * width
        space = np.c_[corners - [width / 2, height / 2], np.zeros(4)] @ cv2.Rodrigues(angles)[0].T
        space[:, 2] += deep
        shown = (space[:, :2] / space[:, 2:] * deep + [width / 2, height / 2]).astype(np.float32)
        return cv2.warpPerspective(picture, cv2.getPerspectiveTransform(corners, shown), (width, height))

    return change


def _doctored(numbers: np.random.Generator) -> Change:
    """Return a change that applies some of: crop, flip, brighten, re-encode."""
    crop = numbers.uniform(0, 0.12, 4) * (numbers.random() < 0.6)
    flip, bright = numbers.random() < 0.5, numbers.uniform(-50, 50) * (numbers.random() < 0.6)
    gain, quality = numbers.uniform(0.7, 1.3), int(numbers.integers(30, 95))

    def change(picture: Picture, _t: float, _kind: str) -> Picture:
        height, width = picture.shape[:2]
        top, bottom = round(crop[0] * height), height - round(crop[1] * height)
        left, right = round(crop[2] * width), width - round(crop[3] * width)
        cut = picture[top:bottom, left:right]
        lit = np.clip(cut * gain + bright, 0, 255).astype(np.uint8)
        shown = np.ascontiguousarray(lit[:, ::-1]) if flip else lit
        sent = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(sent, cv2.IMREAD_COLOR), np.uint8)

    return change


CHANGES: dict[str, Callable[[np.random.Generator], Change]] = {
    "none": _unchanged,
    "gap": _unchanged,
    "repeated": _unchanged,
    "ken_burns": _ken_burns,
    "tilted": _tilted,
    "doctored": _doctored,
}


def _with_gap(frames: list[Frame]) -> list[Frame]:
    """Return the frames without 1.2 s from the middle."""
    middle = frames[len(frames) // 2].t_ms
    return [frame for frame in frames if not middle <= frame.t_ms < middle + 1200]


def _repeated(frames: list[Frame]) -> list[Frame]:
    """Return the frames with every second picture duplicated in place of the next one."""
    return [
        replace(frame, image=before.image) if frame.seq % 2 and frame.kind == before.kind else frame
        for before, frame in zip([frames[0], *frames], frames, strict=False)
    ]


FRAME_CHANGES: dict[str, Callable[[list[Frame]], list[Frame]]] = {"gap": _with_gap, "repeated": _repeated}
