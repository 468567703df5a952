"""What a report is asked of."""

from dataclasses import dataclass

from matcher.types.capture import Frame, Observation
from matcher.types.faces import Template

# Lots are whole numbers below this, exact in JSON.
SEEDS = 2**53


@dataclass(frozen=True, slots=True)
class Shown:
    """One colour of the screen, `#RRGGBB`, and for how many milliseconds it is shown."""

    rgb: str
    ms: int


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything a report is made from.

    `actions` in the order they were asked for; `references` of the claimed person; `cohort` one
    tuple of references for each relative; `grey_zone` the SFace scores between which the second
    engine is asked as well; `colours` what the screen shows from the first frame on, none if empty; `seed`
    (0 to below SEEDS) is drawn when all frames have arrived and chooses the evidence that is compared.
    """

    actions: tuple[str, ...]
    observations: tuple[Observation, ...]
    evidence: tuple[Frame, ...]
    references: tuple[Template, ...]
    cohort: tuple[tuple[Template, ...], ...] = ()
    grey_zone: tuple[float, float] = (0.25, 0.55)
    colours: tuple[Shown, ...] = ()
    seed: int = 0
