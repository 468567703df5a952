"""Presentations as the frames a phone would send, and what production makes of them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from api.capture.facts import NOTHING_SEEN, Memory, facts
from matcher.liveness import replay
from matcher.local import LocalMatcher
from matcher.types import Examination, Frame, FrameKind, Observation, Report, Template
from models.domain.challenge import draw
from models.domain.decision import Decision, decide
from models.domain.policy import Policy
from scripts.lab.evaluate.changes import CHANGES, MENDS, Picture, grainy
from scripts.lab.evaluate.presentations import BONA_FIDE, Presentation

SIDE = {"motion": 320, "evidence": 640}
QUALITY = {"motion": 50, "evidence": 80}
BATCH = 12


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
            evidence=tuple(frame for frame in frames if frame.kind == FrameKind.EVIDENCE),
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
    motion = [n * 1000 // one.rate for n in range(whole * one.rate // 1000)]
    # Never at the very instant of a motion frame.
    evidence = [t + (t in motion) for t in instants if t < whole]
    times = [*((t, FrameKind.MOTION) for t in motion), *((t, FrameKind.EVIDENCE) for t in evidence)]
    change = CHANGES[one.change](numbers)
    made = []
    for seq, (t_ms, kind) in enumerate(sorted(times)):
        picture = _shown(one, t_ms / 1000)
        if one.species != BONA_FIDE and any(piece.still for piece in one.pieces):
            picture = grainy(picture, numbers)
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
