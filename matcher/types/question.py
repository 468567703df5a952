"""The inputs of an examination: colours, background, frames and references."""

import hashlib
from dataclasses import dataclass

from matcher.types.capture import Frame, Observation
from matcher.types.faces import Embedder, Template

# Seeds are integers below this, exact in JSON.
SEEDS = 2**53
VERSION_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """One screen colour, `#RRGGBB`, and its duration in ms."""

    rgb: str
    ms: int


@dataclass(frozen=True, slots=True)
class Background:
    """Faces of many others, for normalisation only: (n, 128) floats of one set, 4 bytes each."""

    faces: bytes

    @property
    def version(self) -> str:
        """Return the name used in reports: the start of its SHA-256."""
        return hashlib.sha256(self.faces).hexdigest()[:VERSION_LENGTH]


@dataclass(frozen=True, slots=True)
class OtherSet:
    """A second model set to compare by, and the version of its background, None for raw scores."""

    model_set: Embedder
    background: str | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """All inputs of a report.

    `actions` in the order they were asked for; `references` of the claimed person; `cohort` one
    tuple of references for each relative; `grey_zone` the SFace scores between which the second
    engine is asked as well, never by default; `colours` what the screen shows from the first frame on, none
    if empty; `seed` (0 to below SEEDS) is drawn when all frames have arrived and chooses the evidence that is
    compared; `background` is the version of the background that normalises scores, None for raw ones;
    `model_set` gives the scores, and `other` a second set's beside them.
    """

    actions: tuple[str, ...]
    observations: tuple[Observation, ...]
    evidence: tuple[Frame, ...]
    references: tuple[Template, ...]
    cohort: tuple[tuple[Template, ...], ...] = ()
    grey_zone: tuple[float, float] = (1.0, 1.0)
    colours: tuple[Shown, ...] = ()
    seed: int = 0
    background: str | None = None
    model_set: Embedder = Embedder.SFACE
    other: OtherSet | None = None
