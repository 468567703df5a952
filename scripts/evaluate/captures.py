"""Presentations as the frames a phone would send, and what production makes of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from api.flows.facts import NOTHING_SEEN, Memory, facts
from matcher import replay
from matcher.local import LocalMatcher
from matcher.types import Examination, Frame, Observation, Report, Template
from models.domain.challenge import draw
from models.domain.decision import Decision, decide
from models.domain.policy import Policy
from scripts.evaluate.presentations import BONA_FIDE, Presentation

MOTION_FPS = 5
SIDE = {"motion": 320, "evidence": 640}
QUALITY = {"motion": 50, "evidence": 80}
BATCH = 12
GRAIN = 2.0
Picture = np.ndarray


@dataclass(frozen=True, slots=True)
class Judged:
    """What production makes of a presentation."""

    presentation: Presentation
    report: Report
    memory: Memory
    decision: Decision
    observations: tuple[Observation, ...]


def judged(matcher: LocalMatcher, one: Presentation, policy: Policy) -> Judged:
    """Send a presentation through the matcher and decide on it."""
    frames = filmed(one, policy)
    seen = _observed(matcher, frames)
    report = matcher.examine(
        Examination(
            actions=one.actions,
            observations=tuple(seen),
            evidence=tuple(frame for frame in frames if frame.kind == "evidence"),
            references=_reference(matcher, one.claimed),
            grey_zone=(policy.grey_low, policy.grey_high),
        )
    )
    memory = _remembered(matcher, one.earlier, seen, policy) if one.earlier else NOTHING_SEEN
    return Judged(one, report, memory, decide(facts(report, memory), policy), tuple(seen))


def _observed(matcher: LocalMatcher, frames: list[Frame]) -> list[Observation]:
    seen: list[Observation] = []
    for start in range(0, len(frames), BATCH):
        seen += matcher.observe(frames[start : start + BATCH], seen)
    return seen


def _remembered(
    matcher: LocalMatcher, earlier: Presentation, seen: list[Observation], policy: Policy
) -> Memory:
    """Return what the memory of frames says when it knows the capture this one was made from."""
    theirs = replay.samples(_observed(matcher, filmed(earlier, policy)))
    ours = replay.samples(seen)
    return Memory(
        frames=replay.alike_frames(ours, theirs, policy.similar_bits),
        movement_ms=replay.alike_ms(ours, theirs),
    )


@lru_cache(maxsize=8)
def _reference(matcher: LocalMatcher, film: Path) -> tuple[Template, ...]:
    """Return the templates of a film's first frame: the comparison agrees, so that liveness decides."""
    found = matcher.both_ways(cv2.imencode(".png", _picture(film, 0.0))[1].tobytes())
    if found is None:
        raise SystemExit(f"{film}: no face in its first frame")
    return found[1]


def filmed(one: Presentation, policy: Policy) -> list[Frame]:
    """Return the motion and evidence frames of a presentation, doctored as it says."""
    numbers = np.random.default_rng(one.number)
    instants = draw(policy, iter(numbers.random, None)).evidence_at_ms
    whole = int(one.length * 1000)
    times = [(n * 1000 // MOTION_FPS, "motion") for n in range(whole * MOTION_FPS // 1000)]
    # Never at the very instant of a motion frame.
    times += [(t + (t % (1000 // MOTION_FPS) == 0), "evidence") for t in instants if t < whole]
    change = CHANGES[one.change](numbers)
    made = []
    for seq, (t_ms, kind) in enumerate(sorted(times)):
        picture = _shown(one, t_ms / 1000)
        if one.species != BONA_FIDE and any(piece.still for piece in one.pieces):
            picture = _grainy(picture, numbers)
        made.append(Frame(seq, t_ms, kind, _encoded(change(picture, t_ms / 1000), kind)))
    return MENDS.get(one.change, list)(made)


def _shown(one: Presentation, second: float) -> Picture:
    """Return the picture on show at a second of a presentation."""
    for piece in one.pieces:
        if second < piece.length:
            return _picture(piece.film, piece.at(second))
        second -= piece.length
    last = one.pieces[-1]
    return _picture(last.film, last.at(last.length))


def _picture(film: Path, second: float) -> Picture:
    rate, pictures = _pictures(film)
    return pictures[min(len(pictures) - 1, max(0, round(second * rate)))]


@lru_cache(maxsize=3)
def _pictures(film: Path) -> tuple[float, list[Picture]]:
    """Return every second frame of a film at evidence size, and their rate."""
    opened, pictures = cv2.VideoCapture(str(film)), []
    rate = opened.get(cv2.CAP_PROP_FPS)
    try:
        while True:
            going, picture = opened.read()
            if not going:
                break
            if opened.get(cv2.CAP_PROP_POS_FRAMES) % 2:
                pictures.append(_shrunk(picture, SIDE["evidence"]))
    finally:
        opened.release()
    if not pictures:
        raise SystemExit(f"{film} cannot be played")
    return rate / 2, pictures


def _encoded(picture: Picture, kind: str) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY[kind]]
    return cv2.imencode(".jpg", _shrunk(picture, SIDE[kind]), options)[1].tobytes()


def _shrunk(picture: Picture, side: int) -> Picture:
    scale = side / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _grainy(picture: Picture, numbers: np.random.Generator) -> Picture:
    """Return the picture with the noise of a sensor filming a photo."""
    return np.clip(picture + numbers.normal(0, GRAIN, picture.shape), 0, 255).astype(np.uint8)


Change = Callable[[Picture, float], Picture]


def _unchanged(_: np.random.Generator) -> Change:
    return lambda picture, _: picture


def _ken_burns(numbers: np.random.Generator) -> Change:
    """Zoom, pan and tilt in the plane, as a slide show does."""
    phase = numbers.random() * 6

    def change(picture: Picture, t: float) -> Picture:
        height, width = picture.shape[:2]
        scale = 1.15 + 0.15 * math.sin(t + phase)
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), 8 * math.sin(2 * t + phase), scale)
        turn[:, 2] += [0.04 * width * math.sin(3 * t), 0.04 * height * math.cos(2 * t)]
        return cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)

    return change


def _tilted(numbers: np.random.Generator) -> Change:
    """Turn the photo in space by up to 45 degrees, as a hand would."""
    phase = numbers.random() * 6

    def change(picture: Picture, t: float) -> Picture:
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
    """Crop, flip, brighten and encode anew, some or all of it."""
    crop = numbers.uniform(0, 0.12, 4) * (numbers.random() < 0.6)
    flip, bright = numbers.random() < 0.5, numbers.uniform(-50, 50) * (numbers.random() < 0.6)
    gain, quality = numbers.uniform(0.7, 1.3), int(numbers.integers(30, 95))

    def change(picture: Picture, _: float) -> Picture:
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
    """Leave out 1.2 s from the middle."""
    middle = frames[len(frames) // 2].t_ms
    return [frame for frame in frames if not middle <= frame.t_ms < middle + 1200]


def _repeated(frames: list[Frame]) -> list[Frame]:
    """Send every second frame's picture twice instead of the next one's."""
    return [
        replace(frame, image=before.image) if frame.seq % 2 and frame.kind == before.kind else frame
        for before, frame in zip([frames[0], *frames], frames, strict=False)
    ]


MENDS: dict[str, Callable[[list[Frame]], list[Frame]]] = {"gap": _with_gap, "repeated": _repeated}
