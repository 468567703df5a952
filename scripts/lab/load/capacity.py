"""Cores that a shop, a city and a province need, from the costs that a load test measured."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

PARTS = ("api", "matcher", "postgres", "worker", "nginx", "redis")
COSTS = {"a filmed check": "filmed_check", "a purchase opened": "create", "a poll": "poll"}
# Filmed checks a second at the peak.
PLACES = {"a shop or a hospital": 0.5, "a city (220,000 a day)": 30.0, "a province (ten such cities)": 300.0}
# A till polls this often while its customer films.
POLLS = 10
UTILISATION = 0.6
Costs = Mapping[str, Mapping[str, float]]


def measured(file: Path) -> Costs:
    """Return the CPU-ms of each request by part, from the load test's report."""
    report = json.loads(file.read_text(encoding="utf-8"))["cpu_ms"]
    return {
        name: {part: max(0.0, round(report[kind].get(part, 0.0), 1)) for part in PARTS}
        for name, kind in COSTS.items()
    }


def cores(costs: Costs, rate: float) -> dict[str, float]:
    """Return the cores used by each part at so many checks a second; a filmed check includes its opening."""
    return {
        part: rate * (costs["a filmed check"][part] + POLLS * costs["a poll"][part]) / 1000 for part in PARTS
    }


def tables(costs: Costs) -> str:
    """Return the costs and what each place needs, as two Markdown tables."""
    lines = [_row("CPU-ms", "all", *PARTS), _row(*["---"] * (len(PARTS) + 2))]
    for name, of in costs.items():
        lines.append(_row(name, f"{sum(of.values()):.1f}", *(f"{of[part]:.1f}" for part in PARTS)))
    lines += ["", _row("cores at the peak", "checks a second", "in use", "to provide", *PARTS)]
    lines.append(_row(*["---"] * (len(PARTS) + 4)))
    for place, rate in PLACES.items():
        used = cores(costs, rate)
        provided = {part: at_peak / UTILISATION for part, at_peak in used.items()}
        lines.append(
            _row(
                place,
                f"{rate:g}",
                f"{sum(used.values()):.1f}",
                math.ceil(sum(provided.values())),
                *(f"{provided[part]:.1f}" for part in PARTS),
            )
        )
    return "\n".join(lines)


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"
