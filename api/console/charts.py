"""Charts as inline SVG rendered on the server, without script or inline style, each beside a table."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 30, 40


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of values with ticks, logarithmic where `log`. Values outside are drawn at the nearest end.

    `labels`: what stands at a tick instead of its value.
    """

    low: float
    high: float
    ticks: Sequence[float]
    log: bool = False
    labels: Mapping[float, str] = field(default_factory=dict)

    def label(self, tick: float) -> str:
        """Return what stands at a tick."""
        return self.labels.get(tick, percent(tick) if self.log else str(tick))

    def at(self, value: float) -> float:
        """Return a value's position, 0–1."""
        if self.log:
            low, high, value = math.log10(self.low), math.log10(self.high), math.log10(max(value, self.low))
        else:
            low, high = self.low, self.high
        return min(1.0, max(0.0, (value - low) / (high - low)))


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: name, CSS class (c1–c5) and points; with `to`, the region between two curves."""

    name: str
    kind: str
    points: Sequence[tuple[float, float]]
    to: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Input of the chart template, in a box of WIDTH × HEIGHT; `said` is the ARIA text.

    `mark` is the threshold in force; `marks` are other vertical lines, all of which `mark_name` explains.
    """

    said: str
    x: Axis
    y: Axis
    lines: Sequence[Line]
    x_name: str
    y_name: str
    mark: float | None = None
    marks: Sequence[float] = ()
    mark_name: str = "现行阈值"

    @property
    def marked(self) -> Sequence[float]:
        """Return the places of all vertical lines."""
        return [*([] if self.mark is None else [self.mark]), *self.marks]

    def path(self, line: Line) -> str:
        """Return the SVG points of a curve, or of the outline of a region."""
        return " ".join(f"{a:.1f},{b:.1f}" for a, b in map(self.place, _around(line)))

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return the pixel position of a point."""
        across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return LEFT + self.x.at(point[0]) * across, TOP + (1 - self.y.at(point[1])) * down


def _around(line: Line) -> Iterable[tuple[float, float]]:
    known = [point for point in line.points if not math.isnan(point[1])]
    return [*known, *[point for point in reversed(line.to) if not math.isnan(point[1])]]


def percent(rate: float) -> str:
    """Return a rate as a percentage with two significant digits, — where unknown."""
    if math.isnan(rate):
        return "—"
    if rate < 1e-6:
        return "<0.0001%" if rate else "0"
    return f"{rate * 100:.{max(0, min(4, 1 - math.floor(math.log10(rate * 100))))}f}%"
