"""An alert's states: open until somebody confirms it, dismisses it, or lets it rest for a while."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.errors import Conflict, Invalid

LONGEST_SNOOZE = timedelta(days=30)
# Cases after a dismissal or a confirmation that open the alert again: one more may be chance.
ANEW = 2


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    CONFIRMED = "confirmed"


def snooze_until(now: datetime, days: int) -> datetime:
    """Return until when an alert rests; raises Invalid for no time at all, or more than 30 days."""
    if not 1 <= days <= LONGEST_SNOOZE.days:
        raise Invalid(f"an alert rests for 1 to {LONGEST_SNOOZE.days} days")
    return now + timedelta(days=days)


def may_handle(state: AlertState) -> None:
    """Raise Conflict where somebody has dealt with the alert already."""
    if state is not AlertState.OPEN:
        raise Conflict("somebody has dealt with this alert", code="wrong_state")


def after(state: AlertState, until: datetime | None, now: datetime, fresh: Collection[str]) -> AlertState:
    """Return where an alert found again stands; `fresh` are its cases since it was handled."""
    if state is AlertState.SNOOZED and (until is None or now >= until):
        return AlertState.OPEN
    if state in (AlertState.DISMISSED, AlertState.CONFIRMED) and len(fresh) >= ANEW:
        return AlertState.OPEN
    return state
