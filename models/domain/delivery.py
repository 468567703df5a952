"""The state machine of an outbox row: transitions, retry delays, and which rows may be sent twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import IllegalTransition

# In seconds: for a person waiting at the till, and for what may arrive days later.
BRISK = (1, 2, 4, 8, 15, 30)
PATIENT = (1, 5, 15, 60, 300, 900, 3600)


class DeliveryKind(StrEnum):
    """Kind of a delivery: push, agent notice, request for more, new reference, webhook, or sandbox step."""

    PUSH = "push"
    NOTICE = "notice"
    MORE = "more"
    RENEWAL = "renewal"
    WEBHOOK = "webhook"
    SANDBOX = "sandbox"


# Lease times: a call without a result by then is assumed to have died with its worker. A WeChat call may need
# a token and two connections; a webhook has 5 s; the sandbox makes no call.
LEASES = {
    DeliveryKind.PUSH: timedelta(seconds=30),
    DeliveryKind.NOTICE: timedelta(seconds=30),
    DeliveryKind.MORE: timedelta(seconds=30),
    DeliveryKind.RENEWAL: timedelta(seconds=30),
    DeliveryKind.WEBHOOK: timedelta(seconds=8),
    DeliveryKind.SANDBOX: timedelta(seconds=2),
}


class DeliveryState(StrEnum):
    """State of a delivery."""

    PENDING = "pending"
    RETRY = "retry"
    SENDING = "sending"
    DELIVERED = "delivered"
    # It may have arrived, so it is never sent again.
    UNKNOWN = "unknown"
    # Its subject ended before it was sent.
    DROPPED = "dropped"
    DEAD = "dead"


class DeliveryEvent(StrEnum):
    """What can happen to a delivery."""

    LEASE = "lease"
    DELIVER = "deliver"
    AGAIN = "again"
    LOSE = "lose"
    DROP = "drop"
    GIVE_UP = "give_up"
    RESEND = "resend"


S, E = DeliveryState, DeliveryEvent

_BEFORE_THE_CALL = {E.LEASE: S.SENDING, E.DROP: S.DROPPED, E.GIVE_UP: S.DEAD, E.RESEND: S.PENDING}

TRANSITIONS: dict[DeliveryState, dict[DeliveryEvent, DeliveryState]] = {
    S.PENDING: _BEFORE_THE_CALL,
    S.RETRY: _BEFORE_THE_CALL,
    S.SENDING: {
        E.DELIVER: S.DELIVERED,
        E.AGAIN: S.RETRY,
        E.LOSE: S.UNKNOWN,
        # A second lease after the first worker died; receivers recognise repetitions by their id.
        **_BEFORE_THE_CALL,
    },
    S.DELIVERED: {E.RESEND: S.PENDING},
    S.DEAD: {E.RESEND: S.PENDING},
}

DUE = (S.PENDING, S.RETRY)
UNFINISHED = (*DUE, S.SENDING)


def advance(state: DeliveryState, event: DeliveryEvent) -> DeliveryState:
    """Return the state after `event`, or raise IllegalTransition."""
    target = TRANSITIONS.get(state, {}).get(event)
    if target is None:
        raise IllegalTransition(f"{event} while {state}")
    return target


def is_due(state: DeliveryState, next_at: datetime, now: datetime) -> bool:
    """Tell whether the row is due, or its lease has expired."""
    return state in UNFINISHED and now >= next_at


def pause(tries: int, steps: Sequence[int]) -> timedelta:
    """Return the delay before the next try, after `tries` (at least 1) so far."""
    return timedelta(seconds=steps[min(tries, len(steps)) - 1])
