"""Recovery of what the fund paid for a rejected appeal."""

from enum import StrEnum

from models.domain.errors import Conflict


class RecoveryState(StrEnum):
    """State of a recovery."""

    OPEN = "open"
    NOTIFIED = "notified"
    RECOVERED = "recovered"
    WAIVED = "waived"


MOVES: dict[RecoveryState, tuple[RecoveryState, ...]] = {
    RecoveryState.OPEN: (RecoveryState.NOTIFIED, RecoveryState.WAIVED),
    RecoveryState.NOTIFIED: (RecoveryState.RECOVERED, RecoveryState.WAIVED),
}


def moves(state: RecoveryState) -> tuple[RecoveryState, ...]:
    """Return the states a recovery may change to; none from a final state."""
    return MOVES.get(state, ())


def advance(state: RecoveryState, target: RecoveryState) -> RecoveryState:
    """Return `target` if it is an allowed next state, else raise Conflict."""
    if target not in moves(state):
        raise Conflict(f"{target} while {state}", code="wrong_state")
    return target
