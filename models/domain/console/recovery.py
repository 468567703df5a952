"""Recovering what the fund paid for an appeal that was rejected."""

from enum import StrEnum

from models.domain.errors import Conflict


class RecoveryState(StrEnum):
    """Where a recovery stands."""

    OPEN = "open"
    NOTIFIED = "notified"
    RECOVERED = "recovered"
    WAIVED = "waived"


MOVES: dict[RecoveryState, tuple[RecoveryState, ...]] = {
    RecoveryState.OPEN: (RecoveryState.NOTIFIED, RecoveryState.WAIVED),
    RecoveryState.NOTIFIED: (RecoveryState.RECOVERED, RecoveryState.WAIVED),
}


def moves(state: RecoveryState) -> tuple[RecoveryState, ...]:
    """Return where a recovery may go next; none from its end."""
    return MOVES.get(state, ())


def advance(state: RecoveryState, target: RecoveryState) -> RecoveryState:
    """Return `target` where a recovery may go there, else raise Conflict."""
    if target not in moves(state):
        raise Conflict(f"{target} while {state}", code="wrong_state")
    return target
