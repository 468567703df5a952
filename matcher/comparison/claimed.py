"""Compares a probe by one model set with the claimed person and with the recorded relatives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.comparison import background as normalising
from matcher.comparison import scores
from matcher.comparison.background import Normalised
from matcher.protocol import Vector
from matcher.types import Background, Cohort, Comparison, Embedder, Examination, Likeness, Template

NO_FACES = np.empty((0, normalising.DIMENSIONS), np.float32)


@dataclass(frozen=True, slots=True)
class Asked:
    """The probe as one model set sees it: unit vectors (128,), and the set's background, None for raw scores.

    `second` embeds the probe for the second opinion inside SFace's grey zone, and is called only there.
    """

    engine: Embedder
    probes: Sequence[Vector]
    background: Background | None
    second: Callable[[], Vector] | None = None


def claimed(examination: Examination, asked: Asked) -> tuple[Comparison, Cohort]:
    """Return the comparison with the claimed person, and with the recorded relatives."""
    everybody = (examination.references, *examination.cohort)
    faces = normalising.matrix(asked.background) if asked.background else NO_FACES
    found = [normalising.normalised(asked.probes, one, faces, asked.engine) for one in everybody]
    low, high = examination.grey_zone
    grey = asked.second and any(one is not None and low <= one.cosine <= high for one in found)
    second = asked.second() if asked.second and grey else None

    def compared(one: Normalised | None, references: Sequence[Template]) -> Comparison:
        if one is None:
            return Comparison(sface=None, dlib=None, score=None)
        inside = second is not None and low <= one.cosine <= high
        distance = scores.dlib(second, references) if second is not None and inside else None
        raw = one.cosine if distance is None else scores.fused(one.cosine, distance, (low, high))
        cosine = one.cosine if asked.engine is Embedder.SFACE else None
        if asked.background is None:
            return Comparison(cosine, distance, raw, raw)
        normalised = raw - one.excess
        return Comparison(cosine, distance, normalised, raw, normalised, asked.background.version)

    mine, *others = (compared(*one) for one in zip(found, everybody, strict=True))
    best = max((one.score for one in others if one.score is not None), default=None)
    margin = mine.score - best if mine.score is not None and best is not None else None
    return mine, Cohort(best, margin, tuple(Likeness(one.score, one.raw) for one in others))
