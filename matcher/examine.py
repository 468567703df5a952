"""Builds the report on a whole capture."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from types import MappingProxyType

import numpy as np

from matcher.comparison import sets
from matcher.comparison.claimed import Asked, claimed
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
    ComparedAgain,
    Comparison,
    Continuity,
    Drawn,
    Embedder,
    Examination,
    Frame,
    FrameKind,
    Hint,
    Observation,
    PadCues,
    PadReport,
    PadStatus,
    Report,
)

EMBEDDED = 3
FRONTAL = 25.0
RUN = 3


@dataclass(frozen=True, slots=True)
class Probe:
    """A usable evidence frame, decoded, with its embedding."""

    picture: Picture
    box: tuple[float, float, float, float]
    vector: Vector


def examine(
    models: Models, examination: Examination, backgrounds: Mapping[str, Background] = MappingProxyType({})
) -> Report:
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
    by_set = [
        ComparedAgain(one, *_compared(models, examination, probes, (one, backgrounds.get(version or ""))))
        for one, version in _sets(examination)
    ]
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
        comparison=by_set[0].comparison,
        cohort=by_set[0].cohort,
        drawn=Drawn(
            examination.seed,
            motion=tuple(one.seq for one in motion if one.face),
            evidence=tuple(sorted(one.seq for _, one in compared)),
        ),
        model_set=examination.model_set,
        other=by_set[1] if examination.other else None,
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


def _sets(examination: Examination) -> Iterator[tuple[Embedder, str | None]]:
    """Yield the model sets to compare by, each with its background."""
    yield examination.model_set, examination.background
    if examination.other is not None:
        yield examination.other.model_set, examination.other.background


def _compared(
    models: Models,
    examination: Examination,
    probes: Sequence[Probe],
    by: tuple[Embedder, Background | None],
) -> tuple[Comparison, Cohort]:
    """Return one model set's comparison with the claimed person and with the recorded relatives."""
    engine, background = by
    dlib = [partial(models.dlib.embed, one.picture, one.box) for one in probes]
    if engine is Embedder.SFACE:
        vectors = [one.vector for one in probes]
        return claimed(examination, Asked(engine, vectors, background, dlib[0] if dlib else None))
    return claimed(examination, Asked(engine, [sets.unit(embed(), engine) for embed in dlib], background))
