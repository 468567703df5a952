"""An alert: of which kind, about whom, with which numbers, and which cases it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class AlertKind(StrEnum):
    """What was found."""

    STAFF_SHOWN = "staff_shown"
    SAME_FACE = "same_face"
    RELATIVE_NEARER = "relative_nearer"
    ONE_PHONE = "one_phone"
    CLOSING_BURST = "closing_burst"
    BYPASS_RATE = "bypass_rate"
    APPEAL_RATE = "appeal_rate"
    NEAR_MISSES = "near_misses"
    DISPUTES = "disputes"
    AGENT_QUOTA = "agent_quota"


class About(StrEnum):
    """Whom an alert is about."""

    CASHIER = "cashier"
    SHOP = "shop"
    PHONE = "phone"
    PERSON = "person"
    AGENT = "agent"


# What is told by a face, or by many at once, is examined before what is told by a rate.
ORDER = tuple(AlertKind)


@dataclass(frozen=True, slots=True)
class Alert:
    """`subject` is who, `numbers` what its sentence says; `cases` are purchases, the most telling first."""

    kind: AlertKind
    about: About
    subject: str
    numbers: Mapping[str, float]
    cases: Sequence[str]
    strength: float = 0.0


def ranked(alerts: Sequence[Alert]) -> list[Alert]:
    """Return alerts in the order in which they are worth looking at."""
    return sorted(alerts, key=lambda one: (ORDER.index(one.kind), -one.strength, one.subject))


def reviewed(alerts: Sequence[Alert], budget: int, each: int = 2) -> list[str]:
    """Return the cases reviewed within a budget: the first of every alert, then the next of each."""
    found: dict[str, None] = {}
    for place in range(each):
        for alert in alerts:
            fresh = [case for case in alert.cases if case not in found]
            if len(found) < budget and len(fresh) and place < len(alert.cases):
                found[fresh[0]] = None
    return list(found)
