"""The facts that decisions are made on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from models.domain.policy import FIRST_SET


@dataclass(frozen=True, slots=True)
class Report:
    """The facts of a decision; None: not measured.

    Counts are frames, times milliseconds. `score`, `relative`, `same_face` (of the least similar drawn frame)
    and `same_face_mean` (of all drawn frames together) are cosines; the first two are reduced by what all
    faces have in common if `normalised`. `old`: under 18, or 60 and over. `pad`: P(bona fide); `pad_low`:
    that of the least live stretch; `bezel`: how unbroken the lines around the face are; `colour_p`: the
    probability that film which does not respond to the screen's colours fits them as well (all 0–1).
    `relative` is the best score in the card-holder's family; `seen_exact`, `seen_similar` (frames) and
    `seen_movement_ms` come from the frame memory; `risk` is the try's level; `own_phone`: filmed by the
    person's own phone, not the counter's. Scores are of `model_set`; while a second set's templates are kept,
    `other_score`, `other_relative` and `other_normalised` are the same facts by `other_set`.
    """

    motion: int = 0
    evidence: int = 0
    hint: str | None = None
    duration_ms: int = 0
    gap_ms: int = 0
    rate: float = 0.0
    backward: int = 0
    repeated: int = 0
    frozen_ms: int = 0
    looped_ms: int = 0
    recurring: int = 0
    done: bool = False
    in_order: bool = True
    same_face: float | None = None
    same_face_mean: float | None = None
    pad: float | None = None
    pad_low: float | None = None
    bezel: float | None = None
    colour_asked: bool = False
    colour_p: float | None = None
    score: float | None = None
    relative: float | None = None
    normalised: bool = True
    old: bool = False
    seen_exact: int = 0
    seen_similar: int = 0
    seen_movement_ms: int = 0
    risk: str = "low"
    own_phone: bool = False
    model_set: str = FIRST_SET
    other_set: str | None = None
    other_score: float | None = None
    other_relative: float | None = None
    other_normalised: bool = True

    def has(self, model_set: str) -> bool:
        """Tell whether this model set compared the probe."""
        return model_set in (self.model_set, self.other_set)

    def under(self, model_set: str) -> "Report":
        """Return the report with this model set's scores first; they are None where it did not compare."""
        if model_set == self.model_set:
            return self
        if model_set != self.other_set:
            return replace(self, model_set=model_set, score=None, relative=None)
        return replace(
            self,
            model_set=model_set,
            score=self.other_score,
            relative=self.other_relative,
            normalised=self.other_normalised,
            other_set=self.model_set,
            other_score=self.score,
            other_relative=self.relative,
            other_normalised=self.normalised,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Report":
        """Return the stored report, so that tuning can replay `decide`."""
        return cls(**{field.name: document[field.name] for field in fields(cls) if field.name in document})
