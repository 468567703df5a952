"""Layout of the score axis on an appeal's page: one row a person, so that no mark covers another."""

from dataclasses import dataclass

from api.appeals.dossier import Point, Scored
from api.console.texts import KIN

LEFT, RIGHT, LOWEST, HIGHEST = 20, 580, -0.2, 1.0
# Of the scale, of the first row, and from row to row, in px.
SCALE, FIRST, STEP = 30, 56, 26
# Labels stand to the right of their mark, near the right end to the left of it.
TURNS, GAP = 440, 12


@dataclass(frozen=True, slots=True)
class Mark:
    """One score on the axis: position in px, label with its own, and whether it is the claimed person's."""

    x: float
    y: int
    text: str
    claimed: bool

    @property
    def at_end(self) -> bool:
        """Tell whether the label stands to the left of its mark."""
        return self.x > TURNS

    @property
    def label_x(self) -> float:
        """Return where the label begins, or ends."""
        return self.x - GAP if self.at_end else self.x + GAP


@dataclass(frozen=True, slots=True)
class Axis:
    """All scores of a try, and the thresholds of then and now; `then_number` and `now_number` as shown."""

    marks: tuple[Mark, ...]
    then: Mark
    now: Mark
    then_number: str
    now_number: str

    @property
    def height(self) -> int:
        """Return the height of the picture."""
        return self.bottom + 26

    @property
    def bottom(self) -> int:
        """Return where the thresholds' lines end."""
        return FIRST + STEP * len(self.marks) - 8

    @property
    def said(self) -> str:
        """Return the axis in words, for screen readers."""
        return "；".join(one.text for one in (*self.marks, self.then, self.now))


def axis(scored: Scored | None) -> Axis | None:
    """Return the axis of a compared try, or None; the claimed person's row is the first."""
    if scored is None:
        return None
    marks = [_mark(row, one) for row, one in enumerate(scored.points)]
    then, now = (
        Mark(_place(value), SCALE, f"{when}要求 {value:.2f}", claimed=False)
        for when, value in (("当时", scored.then), ("现在", scored.now))
    )
    return Axis(tuple(marks), then, now, f"{scored.then:.2f}", f"{scored.now:.2f}")


def _mark(row: int, one: Point) -> Mark:
    beyond = "" if LOWEST <= one.score <= HIGHEST else "（超出刻度）"
    text = f"{KIN[one.kinship]} {one.score:.3f}{beyond}"
    return Mark(_place(one.score), FIRST + STEP * row, text, one.kinship is None)


def _place(score: float) -> float:
    share = (score - LOWEST) / (HIGHEST - LOWEST)
    return round(LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, share)), 1)
