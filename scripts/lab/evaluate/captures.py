"""Turns presentations into the frames a phone would send and decides on them as production does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from api.capture.facts import NOTHING_SEEN, Memory, facts
from matcher.liveness import replay, tremor
from matcher.local import LocalMatcher
from matcher.types import Examination, Frame, FrameKind, Observation, Report, Shown, Template
from models.domain.challenge import Challenge, draw
from models.domain.decision import Decision, decide
from models.domain.policy import Policy
from scripts.lab.evaluate.changes import CHANGES, FRAME_CHANGES, grainy
from scripts.lab.evaluate.films import injected, pictures
from scripts.lab.evaluate.presentations import BONA_FIDE, Presentation

BATCH = 12
LOOKED_FOR_S = 8


@dataclass(frozen=True, slots=True)
class Judged:
    """A presentation with its report and decision."""

    presentation: Presentation
    report: Report
    memory: Memory
    decision: Decision
    observations: tuple[Observation, ...]


def judged(matcher: LocalMatcher, one: Presentation, policy: Policy) -> Judged:
    """Return the matcher's report on a presentation and the policy's decision."""
    frames, seen = _taken(matcher, replace(one, actions=()) if one.change == "none" else one, policy)
    report = matcher.examine(
        Examination(
            actions=one.actions,
            observations=tuple(seen),
            evidence=tuple(frame for frame in frames if frame.kind == FrameKind.EVIDENCE),
            references=_reference(matcher, one.claimed),
            grey_zone=(policy.grey_low, policy.grey_high),
            colours=tuple(Shown(colour.rgb, colour.ms) for colour in _drawn(one, policy).colours),
            seed=one.number,
        )
    )
    memory = _remembered(matcher, one.earlier, seen, policy) if one.earlier else NOTHING_SEEN
    return Judged(one, report, memory, decide(facts(report, memory), policy), tuple(seen))


def _drawn(one: Presentation, policy: Policy) -> Challenge:
    """Return the challenge that a presentation responds to, or claims to."""
    return draw(policy, iter(np.random.default_rng(one.number).random, None))


@lru_cache(maxsize=2)
def _taken(matcher: LocalMatcher, one: Presentation, policy: Policy) -> tuple[list[Frame], list[Observation]]:
    """Return the frames of a presentation and their observations; cached, independent of actions asked."""
    frames = filmed(one, policy)
    return frames, _observed(matcher, frames, one.number)


def _observed(matcher: LocalMatcher, frames: list[Frame], seed: int = 0) -> list[Observation]:
    """Return the observations of the frames, in batches with a random seed each."""
    seen: list[Observation] = []
    for start in range(0, len(frames), BATCH):
        seen += matcher.observe(frames[start : start + BATCH], seen, 1000 * seed + start)
    return seen


def _remembered(
    matcher: LocalMatcher, earlier: Presentation, seen: list[Observation], policy: Policy
) -> Memory:
    """Return the replay memory's findings when it contains the capture this one was derived from."""
    theirs = replay.samples(_observed(matcher, filmed(earlier, policy)))
    ours = replay.samples(seen)
    return Memory(
        frames=replay.alike_frames(ours, theirs, policy.similar_bits),
        movement_ms=tremor.moved_ms(ours, theirs),
    )


@lru_cache(maxsize=8)
def _reference(matcher: LocalMatcher, film: Path) -> tuple[Template, ...]:
    """Return the templates of a film's first usable picture: comparison passes, so liveness decides."""
    found = None
    for second in range(LOOKED_FOR_S):
        photo = cv2.imencode(".png", pictures.at(film, second / 2))[1].tobytes()
        enrolment = matcher.enrol(photo)
        if enrolment.templates:
            return enrolment.templates
        found = found or matcher.both_ways(photo)
    return found.templates if found else ()


def filmed(one: Presentation, policy: Policy) -> list[Frame]:
    """Return a presentation's motion and evidence frames, with its `change` applied."""
    numbers = np.random.default_rng(one.number)
    times = _times(one, draw(policy, iter(numbers.random, None)).evidence_at_ms)
    change = CHANGES[one.change](numbers) if one.change in CHANGES else injected.change(one, numbers)
    made: list[Frame] = []
    last = None
    for t_ms, kind in times:
        piece, second = one.at(t_ms / 1000)
        place = (piece.film, pictures.number(piece.film, second))
        # A phone never sends the same camera frame twice.
        if kind == FrameKind.MOTION and place == last and not piece.still:
            continue
        last = place if kind == FrameKind.MOTION else last
        picture = pictures.at(piece.film, second)
        if one.species != BONA_FIDE and piece.still:
            picture = grainy(picture, numbers)
        made.append(Frame(len(made), t_ms, kind, pictures.encoded(change(picture, t_ms / 1000, kind), kind)))
    return FRAME_CHANGES.get(one.change, list)(made)


def _times(one: Presentation, instants: Sequence[int]) -> list[tuple[int, FrameKind]]:
    """Return the capture times of frames in ms; evidence frames never coincide with motion frames."""
    whole = int(one.length * 1000)
    motion = [n * 1000 // one.rate for n in range(whole * one.rate // 1000)]
    evidence = [t + (t in motion) for t in instants if t < whole]
    return sorted([*((t, FrameKind.MOTION) for t in motion), *((t, FrameKind.EVIDENCE) for t in evidence)])
