"""Draws a challenge: actions in random order, evidence instants, screen colours.

The random numbers are arguments (each in [0, 1)), so the same numbers draw the same challenge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.domain.errors import Conflict
from models.domain.layers.colours import COLOUR_MS, Colour
from models.domain.policy import GRADED, Policy

ACTION_CLASS = {
    "turn_left": "head",
    "turn_right": "head",
    "nod": "head",
    "closer": "distance",
    "open_mouth": "mouth",
    "smile": "mouth",
    "close_eyes": "eyes",
    "blink": "eyes",
    **dict.fromkeys(GRADED, "head"),
}
EYES = "eyes"
# Actions used where the policy's own do not suffice.
EASY = ("turn_left", "turn_right", "nod", "open_mouth")
PALETTE = ("#FF0000", "#00FF00", "#0000FF", "#FFFF00", "#00FFFF", "#FF00FF")
EVIDENCE_FROM_MS = 300
EVIDENCE_STEP_MS = 700
MAX_DURATION_MS = 20_000
MAX_FRAMES = 150


@dataclass(frozen=True, slots=True)
class Challenge:
    """What one try requires of the person and of the phone."""

    actions: tuple[str, ...]
    colours: tuple[Colour, ...]
    evidence_at_ms: tuple[int, ...]


def draw(
    policy: Policy, numbers: Iterator[float], *, photosensitive: bool = False, glasses: bool = False
) -> Challenge:
    """Return a challenge by `policy`.

    Photosensitive people get no colours; people with glasses get no eye actions.
    """
    pool = _without_eyes(policy) if glasses else policy.action_pool
    actions = _sample(pool, policy.action_count, numbers)
    colours = () if photosensitive else tuple(_colours(policy.colour_count, numbers))
    return Challenge(actions, colours, _instants(policy.evidence_count, numbers))


def swap(
    actions: Sequence[str], done: Sequence[bool], number: float, *, glasses: bool = False
) -> tuple[str, ...]:
    """Return `actions` with the first undone one replaced by another class of action.

    People with glasses get no eye actions. Raises Conflict `nothing_to_swap` when every action is done.
    """
    open_at = next((i for i, is_done in enumerate(done) if not is_done), None)
    if open_at is None:
        raise Conflict("every action is already done", code="nothing_to_swap")
    hard = ACTION_CLASS[actions[open_at]]
    # Never offered as a replacement: a blink needs more frames a second than a cheap phone sends, and an
    # amplitude or tempo is harder than the plain turn.
    hidden = {hard, EYES} if glasses else {hard}
    taken = (*actions, "blink", *GRADED)
    others = [a for a, kind in ACTION_CLASS.items() if kind not in hidden and a not in taken]
    return (*actions[:open_at], others[int(number * len(others))], *actions[open_at + 1 :])


def _without_eyes(policy: Policy) -> tuple[str, ...]:
    """Return the pool's actions that glasses do not hide, filled up with easy ones."""
    seen = [action for action in policy.action_pool if ACTION_CLASS[action] != EYES]
    more = [action for action in EASY if action not in seen]
    return (*seen, *more[: max(0, policy.action_count - len(seen))])


def _sample(pool: Sequence[str], count: int, numbers: Iterator[float]) -> tuple[str, ...]:
    """Return `count` distinct members of `pool` in random order."""
    left = list(pool)
    return tuple(left.pop(int(next(numbers) * len(left))) for _ in range(count))


def _colours(count: int, numbers: Iterator[float]) -> Iterator[Colour]:
    """Yield colours such that neighbours differ."""
    last = None
    for _ in range(count):
        choices = [rgb for rgb in PALETTE if rgb != last]
        last = choices[int(next(numbers) * len(choices))]
        yield Colour(last, COLOUR_MS)


def _instants(count: int, numbers: Iterator[float]) -> tuple[int, ...]:
    """Return one instant in each of `count` equal slots of the first seconds."""
    return tuple(
        EVIDENCE_FROM_MS + slot * EVIDENCE_STEP_MS + int(next(numbers) * EVIDENCE_STEP_MS)
        for slot in range(count)
    )
