"""Agents (代办): the purchaser is not the card-holder."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.domain.errors import Conflict, Invalid, TooMany
from models.domain.person import SELF

AGENT_CHECKS = ("off", "required")


class Finding(StrEnum):
    """The operator's finding on a disputed purchase."""

    UNAUTHORISED = "unauthorised"
    AUTHORISED = "authorised"


@dataclass(frozen=True, slots=True)
class Checks:
    """The counter's check-list: whose documents were checked before filming."""

    cardholder_document: bool = False
    agent_document: bool = False

    @property
    def complete(self) -> bool:
        """Tell whether both documents were checked."""
        return self.cardholder_document and self.agent_document


def is_agent(relation: str | None) -> bool:
    """Tell whether a person with this relation to the card-holder is an agent."""
    return relation is not None and relation != SELF


def check_documents(checks: Checks | None) -> None:
    """Raise Invalid `checks_missing` unless the check-list is complete."""
    if not (checks is not None and checks.complete):
        raise Invalid("please look at both documents first", code="checks_missing")


def may_conclude(disputed_at: datetime | None, found: Finding | None) -> None:
    """Raise Conflict `wrong_state` unless a purchase is disputed and has no finding yet."""
    if disputed_at is None:
        raise Conflict("the card-holder has not disputed this purchase", code="wrong_state")
    if found is not None:
        raise Conflict(f"this dispute was concluded before: {found}", code="wrong_state")


def month(at: datetime) -> str:
    """Return the month of a local time as the quota counts it, such as 2026-11."""
    return at.strftime("%Y-%m")


def within_quota(others: Collection[str], cardholder_id: str, limit: int) -> None:
    """Raise TooMany `agent_quota` when one more unrelated card-holder exceeds this month's quota.

    `others` are the unrelated card-holders the agent has served or is serving; serving the same
    one again does not count.
    """
    if cardholder_id not in others and len(set(others)) >= limit:
        raise TooMany("this person has acted for too many people this month", code="agent_quota")
