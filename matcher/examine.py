"""Builds the report on a whole capture."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from matcher.comparison import background as normalising
from matcher.comparison import scores as comparison
from matcher.comparison.background import Normalised
from matcher.imaging import decode
from matcher.liveness import actions, colour, fingerprint, lots
from matcher.liveness.cues import cues
from matcher.liveness.pad import DIM, pooled
from matcher.liveness.timing import timing
from matcher.models import Models
from matcher.observe import EVIDENCE_SIDE, observe
from matcher.protocol import Picture, Vector
from matcher.types import (
    Acquisition,
    ActionSeen,
    Background,
    Cohort,
    Comparison,
    Continuity,
    Drawn,
    Examination,
    Frame,
    FrameKind,
    Hint,
    Likeness,
    Observation,
    PadCues,
    PadReport,
    PadStatus,
    Report,
    Template,
)

EMBEDDED = 3
FRONTAL = 25.0
RUN = 3
NO_FACES = np.empty((0, normalising.DIMENSIONS), np.float32)


@dataclass(frozen=True, slots=True)
class Probe:
    """A usable evidence frame, decoded, with its embedding."""

    picture: Picture
    box: tuple[float, float, float, float]
    vector: Vector


def examine(models: Models, examination: Examination, background: Background | None = None) -> Report:
    """Return the report, with normalised scores where there is a background: facts, not a decision."""
    observations = sorted(examination.observations, key=lambda one: one.seq)
    motion = [one for one in observations if one.kind == FrameKind.MOTION]
    evidence = _evidence(models, examination)
    clear = [(frame, one) for frame, one in evidence if one.hint is None]
    usable = [(frame, one) for frame, one in clear if one.shows_who]
    compared = sorted(usable, key=lambda entry: _place(examination.seed, entry[1]))[:EMBEDDED]
    probes = [_probe(models, frame, one) for frame, one in compared]
    found = actions.in_order(examination.actions, motion)
    done = [bool(actions.seen(action, motion)) for action in examination.actions]
    score, cohort = _compare(models, examination, probes, background)
    return Report(
        models=models.described,
        acquisition=_acquisition(observations, len(evidence), len(usable)),
        timing=timing(observations),
        actions=tuple(
            ActionSeen(action, ok, at.from_ms if at else None, at.to_ms if at else None)
            for action, ok, at in zip(examination.actions, done, found, strict=True)
        ),
        in_order=not all(done) or None not in found,
        continuity=_continuity(probes, motion),
        pad=_pad(models, [one for _, one in clear], motion, cues(observations)),
        colour=colour.response(examination.colours, observations),
        comparison=score,
        cohort=cohort,
        drawn=Drawn(
            examination.seed,
            motion=tuple(one.seq for one in motion if one.face),
            evidence=tuple(sorted(one.seq for _, one in compared)),
        ),
    )


def _evidence(models: Models, examination: Examination) -> list[tuple[Frame, Observation]]:
    """Return each evidence frame with its observation; unobserved ones are observed now."""
    seen = {one.sha256: one for one in examination.observations if one.kind == FrameKind.EVIDENCE}
    return [
        (frame, seen.get(fingerprint.sha256(frame.image)) or observe(models, [frame], ())[0])
        for frame in examination.evidence
    ]


def _place(seed: int, one: Observation) -> tuple[bool, float]:
    """Order evidence for a comparison: frontal faces first, otherwise by the drawn numbers."""
    return max(abs(one.yaw or 0.0), abs(one.pitch or 0.0)) > FRONTAL, lots.number(seed, one)


def _probe(models: Models, frame: Frame, one: Observation) -> Probe:
    """Decode and embed a frame where its observation saw the face.

    The references are averages with their mirror image; averaging the probe too costs a second pass
    a frame and gains nothing measurable (decision 0024).
    """
    picture = decode.frame(frame.image, EVIDENCE_SIDE, mirrored=frame.mirrored)
    height, width = picture.shape[:2]
    x, y, w, h = one.box or (0.0, 0.0, 1.0, 1.0)
    landmarks = np.asarray(one.landmarks, np.float32).reshape(5, 2) * height
    box = (x * width, y * height, w * width, h * height)
    return Probe(picture, box, models.sface.forward(models.sface.aligned(picture, landmarks)))


def _acquisition(observations: Sequence[Observation], evidence: int, usable_evidence: int) -> Acquisition:
    """Return how many frames came, how many are usable, and that all is dim or the others' commonest hint."""
    motion = [one for one in observations if one.kind == FrameKind.MOTION]
    hints = Counter(one.hint for one in observations if one.hint)
    # Unusable evidence without a hint shows a face turned aside.
    hints = hints or +Counter({Hint.TURNED: evidence - usable_evidence})
    dim = median([one.brightness for one in observations if one.faces] or [DIM]) < DIM
    return Acquisition(
        motion=len(motion),
        evidence=evidence,
        usable_motion=sum(one.hint is None for one in motion),
        usable_evidence=usable_evidence,
        hint=Hint.TOO_DARK if dim else hints.most_common(1)[0][0] if hints else None,
    )


def _continuity(probes: Sequence[Probe], motion: Sequence[Observation]) -> Continuity:
    """Return how similar the embedded frames are, one by one and together."""
    vectors = [probe.vector for probe in probes]
    alike = [float(a @ b) for i, a in enumerate(vectors) for b in vectors[:i]]
    faces = [fingerprint.unpacked(one.face) for one in motion if one.face]
    mean = None
    if vectors and faces:
        # A half-turned face resembles only some frames, so each is compared with its best match.
        alike += [max(float(face @ vector) for vector in vectors) for face in faces]
        first, second = (np.mean(np.stack(some), axis=0) for some in (vectors, faces))
        mean = float(first @ second / max(float(np.linalg.norm(first) * np.linalg.norm(second)), 1e-9))
    return Continuity(min(alike) if alike else None, len(alike), mean)


def _pad(
    models: Models, clear: Sequence[Observation], motion: Sequence[Observation], cues: PadCues
) -> PadReport:
    """Return the PAD net's scores for the capture.

    `score` is P(bona fide) pooled over the evidence that shows the face and the drawn motion frames,
    including the frames that are embedded; `lowest` the lowest median of three neighbours in time, so that no
    part of the film may show a picture of a face.
    """
    if models.pad is None:
        return PadReport(PadStatus.NOT_AVAILABLE, score=None, lowest=None, frames=0, cues=cues)
    filmed = sorted([*clear, *motion], key=lambda one: one.t_ms)
    course = [one.live for one in filmed if one.live is not None and one.shows_who]
    runs = [course[i : i + RUN] for i in range(max(1, len(course) - RUN + 1))]
    return PadReport(
        PadStatus.MEASURED,
        score=pooled(course) if course else None,
        lowest=min(median(run) for run in runs) if course else None,
        frames=len(course),
        cues=cues,
    )


def _compare(
    models: Models, examination: Examination, probes: Sequence[Probe], background: Background | None
) -> tuple[Comparison, Cohort]:
    """Return the comparison with the claimed person and with the recorded relatives."""
    vectors = [probe.vector for probe in probes]
    faces = normalising.matrix(background) if background else NO_FACES
    low, high = examination.grey_zone
    found = [
        normalising.normalised(vectors, one, faces) for one in (examination.references, *examination.cohort)
    ]
    needed = any(one is not None and low <= one.cosine <= high for one in found)
    second = models.dlib.embed(probes[0].picture, probes[0].box) if needed else None

    def compared(one: Normalised | None, references: Sequence[Template]) -> Comparison:
        if one is None:
            return Comparison(sface=None, dlib=None, score=None)
        inside = second is not None and low <= one.cosine <= high
        distance = comparison.dlib(second, references) if second is not None and inside else None
        raw = one.cosine if distance is None else comparison.fused(one.cosine, distance, (low, high))
        if background is None:
            return Comparison(one.cosine, distance, raw, raw)
        normalised = raw - one.excess
        return Comparison(one.cosine, distance, normalised, raw, normalised, background.version)

    mine = compared(found[0], examination.references)
    others = [compared(*one) for one in zip(found[1:], examination.cohort, strict=True)]
    best = max((one.score for one in others if one.score is not None), default=None)
    margin = mine.score - best if mine.score is not None and best is not None else None
    return mine, Cohort(best, margin, tuple(Likeness(one.score, one.raw) for one in others))
