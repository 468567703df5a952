"""Layout of the score axis on an appeal's page."""

from dataclasses import dataclass

from api.appeals.dossier import Scored
from api.console.texts import KIN

LEFT, RIGHT, LOWEST, HIGHEST = 20, 580, -0.2, 1.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One score on the axis: position in px, label, and whether it is the claimed person's."""

    x: float
    text: str
    claimed: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """All scores of a try, and the thresholds of then and now."""

    marks: tuple[Mark, ...]
    then: Mark
    now: Mark

    @property
    def said(self) -> str:
        """Return the axis in words, for screen readers."""
        return "；".join(one.text for one in (*self.marks, self.then, self.now))


def axis(scored: Scored | None) -> Axis | None:
    """Return the axis of a compared try, or None."""
    if scored is None:
        return None
    marks = [
        Mark(_place(one.score), f"{KIN[one.kinship]} {one.score:.3f}", one.kinship is None)
        for one in scored.points
    ]
    then, now = (
        Mark(_place(value), f"{when}要求 {value:.2f}", claimed=False)
        for when, value in (("当时", scored.then), ("现在", scored.now))
    )
    return Axis(tuple(marks), then, now)


def _place(score: float) -> float:
    share = (score - LOWEST) / (HIGHEST - LOWEST)
    return round(LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, share)), 1)
