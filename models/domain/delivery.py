"""The outbox: where something to be sent stands, and how long to wait before it is tried again."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

# A call that has not come back by then has died with its worker.
CALL_TAKES_AT_MOST = timedelta(seconds=30)
# In seconds: for whoever waits at the till, and for what may arrive days later.
BRISK = (1, 2, 4, 8, 15, 30)
PATIENT = (1, 5, 15, 60, 300, 900, 3600)


class DeliveryState(StrEnum):
    """What has become of something to be sent."""

    PENDING = "pending"
    RETRY = "retry"
    SENDING = "sending"
    DELIVERED = "delivered"
    # It may have arrived, so it is never sent again.
    UNKNOWN = "unknown"
    # What it announces was over before it was sent.
    DROPPED = "dropped"
    DEAD = "dead"


DUE = (DeliveryState.PENDING, DeliveryState.RETRY)
UNFINISHED = (*DUE, DeliveryState.SENDING)


def pause(tries: int, steps: Sequence[int]) -> timedelta:
    """Return how long to wait after so many tries (1 and more)."""
    return timedelta(seconds=steps[min(tries, len(steps)) - 1])
