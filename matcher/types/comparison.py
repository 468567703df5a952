"""Similarity of a probe to its references."""

from dataclasses import dataclass

from matcher.types.faces import Embedder


@dataclass(frozen=True, slots=True)
class Comparison:
    """Similarity of probe and references: `sface` cosine, `dlib` distance, `score` for the decision.

    In another model set than SFace's, `sface` and `dlib` are None and `raw` is the set's similarity.
    `score` is `normalised` by the background named (and so many faces), or `raw` where there is none.
    """

    sface: float | None
    dlib: float | None
    score: float | None
    raw: float | None = None
    normalised: float | None = None
    background: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Similarity of the probe to one relative: the deciding `score` and the unnormalised `raw` one."""

    score: float | None
    raw: float | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The best score of any relative, the claimed person's lead over it, and all relatives in order."""

    best: float | None
    margin: float | None
    relatives: tuple[Likeness, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedAgain:
    """The same probe compared by another model set, while two sets' templates are kept."""

    model_set: Embedder
    comparison: Comparison
    cohort: Cohort
