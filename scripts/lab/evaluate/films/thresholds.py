"""Leave-one-person-out choice of thresholds, so that none is reported on the data it was fitted to."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from models.domain.policy import Policy
from scripts.lab.evaluate.captures import Judged

# The share of the other persons' presentations that one threshold may refuse.
REFUSED = 0.005
Fact = Callable[[Judged], float | None]
FACTS: dict[str, Fact] = {
    "pad_min": lambda row: row.report.pad.score,
    "pad_low_min": lambda row: row.report.pad.lowest,
    "same_face_min": lambda row: row.report.continuity.same_face_min,
    "same_face_mean_min": lambda row: row.report.continuity.same_face_mean,
}


def left_out(live: Sequence[Judged], attacks: Sequence[Judged], policy: Policy) -> dict[str, Any]:
    """Return each threshold's leave-one-person-out choices and their error rates."""
    return {name: _one(getattr(policy, name), fact, live, attacks) for name, fact in FACTS.items()}


def _one(now: float, fact: Fact, live: Sequence[Judged], attacks: Sequence[Judged]) -> dict[str, Any]:
    known = [(row.presentation.person, value) for row in live if (value := fact(row)) is not None]
    people = sorted({person for person, _ in known})
    shown = [value for row in attacks if (value := fact(row)) is not None]
    chosen, refused = [], []
    for person in people:
        others = [value for who, value in known if who != person]
        if others:
            chosen.append(float(np.quantile(others, REFUSED)))
            refused.append(float(np.mean([value < chosen[-1] for who, value in known if who == person])))
    if not chosen:
        return {"policy": now, "persons": len(people)}
    return {
        "policy": now,
        "persons": len(people),
        "chosen": float(np.median(chosen)),
        "refused_left_out": float(np.mean(refused)),
        "refused_at_policy": float(np.mean([value < now for _, value in known])),
        "filmed_attacks_at_policy": float(np.mean([value >= now for value in shown])) if shown else None,
    }
