"""The facts about one capture. Scores are facts: no threshold of a policy is applied here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from matcher.types.capture import Hint
from matcher.types.comparison import Cohort, ComparedAgain, Comparison
from matcher.types.faces import Embedder


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """One weight file that was used; `engine` names what ran it, where there is a choice."""

    name: str
    version: str
    sha256: str
    engine: str | None = None


@dataclass(frozen=True, slots=True)
class Acquisition:
    """How many frames arrived and are usable; `hint` is the commonest defect of the others."""

    motion: int
    evidence: int
    usable_motion: int
    usable_evidence: int
    hint: Hint | None


@dataclass(frozen=True, slots=True)
class Timing:
    """Continuity of the frames in time; times in ms, `rate` frames a second.

    `backward` counts steps back in time, `repeated` frames that are byte-identical to an earlier one;
    `frozen_ms` is the longest time without movement, `looped_ms` the total duration of a path that the face
    took twice, forward or backward; `recurring` counts frames whose picture is shown elsewhere in the capture
    too, and those between two showings of one picture.
    """

    duration_ms: int
    max_gap_ms: int
    rate: float
    backward: int
    repeated: int
    frozen_ms: int
    looped_ms: int
    recurring: int = 0


@dataclass(frozen=True, slots=True)
class ActionSeen:
    """Whether an action was done at all, and when in the requested order (ms, else None)."""

    action: str
    done: bool
    from_ms: int | None
    to_ms: int | None


@dataclass(frozen=True, slots=True)
class Continuity:
    """How alike (cosine) the embedded frames of the capture are, None where none could be compared.

    `same_face_min` is the likeness of the least like of `compared`, `same_face_mean` that of the drawn motion
    frames' mean to the evidence's.
    """

    same_face_min: float | None
    compared: int
    same_face_mean: float | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The frames that were drawn: `seed`, and the indexes of motion and evidence frames it selected."""

    seed: int = 0
    motion: tuple[int, ...] = ()
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PadCues:
    """Cues in the evidence frames of a picture instead of a face, each 0–1 or not measured.

    `spread` is the difference of the highest and the lowest P(bona fide); `bezel` the median of how
    unbroken the straight lines around the face are.
    """

    spread: float | None
    bezel: float | None


class PadStatus(StrEnum):
    """Whether PAD weights are present."""

    MEASURED = "measured"
    NOT_AVAILABLE = "not_available"


@dataclass(frozen=True, slots=True)
class PadReport:
    """Results of presentation attack detection; `score` and `lowest` are P(bona fide), 0–1.

    `score` is pooled over all `frames` judged, `lowest` the least median of three neighbours in time.
    """

    status: PadStatus
    score: float | None
    lowest: float | None
    frames: int
    cues: PadCues


class ColourStatus(StrEnum):
    """Whether the screen showed colours and the skin's response could be measured."""

    NOT_ASKED = "not_asked"
    NOT_MEASURED = "not_measured"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class ColourResponse:
    """How well the skin follows the colours of the screen.

    `score` is the correlation, −1…1, at the best delay `lag_ms`; `p`, above 0 and at most 1, the share of
    all possible sequences that fit as well; `frames` how many were used.
    """

    status: ColourStatus
    score: float | None = None
    p: float | None = None
    lag_ms: int | None = None
    frames: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The facts about one capture; `other` where a second model set compared the same probe."""

    models: tuple[ModelUsed, ...]
    acquisition: Acquisition
    timing: Timing
    actions: tuple[ActionSeen, ...]
    in_order: bool
    continuity: Continuity
    pad: PadReport
    colour: ColourResponse
    comparison: Comparison
    cohort: Cohort
    drawn: Drawn = Drawn()
    model_set: Embedder = Embedder.SFACE
    other: ComparedAgain | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON types."""
        return dict(REPORT.dump_python(self, mode="json", warnings=False))

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Report":
        """Return a stored report, including ones from before loops, stretches and cues were measured.

        Raises ValueError for an invalid one.
        """
        try:
            timing = {"looped_ms": 0} | document["timing"]
            pad = {"lowest": None, "cues": {"spread": None, "bezel": None}} | document["pad"]
        except (KeyError, TypeError):
            raise ValueError("this is no report") from None
        return REPORT.validate_python({**document, "timing": timing, "pad": pad})


REPORT = TypeAdapter(Report)
