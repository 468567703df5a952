"""Inputs and state of a release's guard."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.domain.errors import Invalid
from models.domain.release.evidence import STAKES

PASSES_MOST, FEN_MOST = 500, 5_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """How many passes, and up to what amount, are accepted that the previous version would have refused."""

    passes: int = 20
    fen: int = 500_000

    def __post_init__(self) -> None:
        """Raise Invalid `budget_invalid` for an out-of-range budget."""
        if not 0 <= self.passes <= PASSES_MOST or not 0 <= self.fen <= FEN_MOST:
            raise Invalid(
                f"a budget is at most {PASSES_MOST} passes and {FEN_MOST} fen", code="budget_invalid"
            )


@dataclass(frozen=True, slots=True)
class Usual:
    """Statistics before the release began: mean and standard deviation of scores, failure rate."""

    mean: float
    deviation: float
    failures: float


@dataclass(frozen=True, slots=True)
class Seen:
    """One counted decision of either arm.

    `before_passed`: whether the previous version passes the same report (in shadow: whether the proposed one
    does); None where it should be known is a missing number. `relative`: a recorded relative would have
    passed too.
    """

    treated: bool
    failed: bool | None
    before_passed: bool | None
    score: float | None
    amount_fen: int | None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """State of a stage, stored with the release.

    `wealth` holds the log wealth of each stake; `open_*` is the incomplete block: decisions and failures.
    """

    wealth: tuple[float, ...] = (0.0,) * len(STAKES)
    treated: int = 0
    control: int = 0
    treated_failed: int = 0
    control_failed: int = 0
    open_treated: int = 0
    open_treated_failed: int = 0
    open_control: int = 0
    open_control_failed: int = 0
    lenient: int = 0
    lenient_weight: int = 0
    lenient_fen: int = 0
    drift_score: float = 0.0
    drift_failures: float = 0.0
    missing: int = 0
    drifted: bool = False


def usual(scores: Sequence[float], failed: int, decided: int) -> Usual:
    """Return the statistics of the given decisions; unknown ones show no drift."""
    known = [score for score in scores if math.isfinite(score)]
    mean = math.fsum(known) / len(known) if known else 0.0
    spread = math.fsum((score - mean) ** 2 for score in known) / (len(known) - 1) if len(known) > 1 else 0.0
    return Usual(mean, math.sqrt(spread), failed / decided if decided else 0.0)
