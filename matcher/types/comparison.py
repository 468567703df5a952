"""How alike a probe is to whom it was compared with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike probe and references are: `sface` cosine, `dlib` distance, `score` what is decided on.

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
    """How alike the probe and one relative are: the `score` that counts and the bare `raw` one."""

    score: float | None
    raw: float | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The best score of any relative, how far the claimed person is above it, and all of them as asked."""

    best: float | None
    margin: float | None
    relatives: tuple[Likeness, ...] = ()
