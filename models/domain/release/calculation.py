"""Calculations over stored decisions that a worker makes for the console, and how long results are kept."""

from datetime import timedelta
from enum import StrEnum

# A dead worker's lease expires after this; a live one renews it with its progress.
LEASE = timedelta(minutes=2)
# A calculation that fails, or kills its worker, so often is given up.
MOST_TRIES = 3
KEPT = timedelta(days=92)


class CalculationKind(StrEnum):
    """What is calculated: the replay of other thresholds, or a group's error rates."""

    WHAT_IF = "what_if"
    RATES = "rates"


class CalculationState(StrEnum):
    """State of a calculation; `replaced` by a newer one of the same account before it was done."""

    QUEUED = "queued"
    DONE = "done"
    GIVEN_UP = "given_up"
    REPLACED = "replaced"
