"""How often a natural turn is the slight or slow one that a challenge may ask for."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from matcher.liveness.actions import seen
from matcher.types import FrameKind
from models.domain.policy import GRADED
from scripts.lab.evaluate.captures import Judged
from scripts.lab.evaluate.films import persons


def shown(rows: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    """Return, for each amplitude and tempo, the mean share over persons of plain turns that show it.

    A clip of a plain turn answers such a request in that share of cases, a living person who was not asked
    as well; nobody in the films was asked.
    """
    return {
        action: persons.rate(
            [row for row in rows if plain(action) in row.presentation.actions],
            "shown",
            partial(_shows, action),
        )
        for action in GRADED
    }


def plain(action: str) -> str:
    """Return the plain turn of a graded one."""
    return action.rsplit("_", 1)[0]


def _shows(action: str, row: Judged) -> bool:
    return bool(seen(action, [one for one in row.observations if one.kind == FrameKind.MOTION]))
