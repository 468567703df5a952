"""Chooses the relatives that a probe is also compared with, and reads their scores from a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from api.ports import Ports
from matcher.types import Examination, Observation
from matcher.types import Report as MatcherReport
from models import tables
from models.domain.person import SELF
from models.domain.record.fact import MOST_RELATIVES, Kin, Measured
from models.domain.record.kin import ORDER, Kinship, between


@dataclass(frozen=True, slots=True)
class Compared:
    """A relative to compare, with their relation to the claimed person."""

    person_id: str
    kinship: Kinship


def relatives(ports: Ports, attempt: tables.Attempt, cardholder_id: str) -> list[Compared]:
    """Return at most eight enrolled relatives from both families, blood relatives before spouses."""
    person_id = attempt.person_id or ""
    known: dict[str, Kinship] = {}
    for root, claimed in ((person_id, SELF), (cardholder_id, attempt.relation)):
        for relative in ports.directory.network(root):
            if relative.person.enrolled and relative.person.person_id != person_id:
                known.setdefault(relative.person.person_id, between(claimed, relative.relation))
    ordered = sorted(known.items(), key=lambda one: ORDER.index(one[1]))
    return [Compared(*one) for one in ordered[:MOST_RELATIVES]]


def measured(answer: MatcherReport, examination: Examination, compared: Sequence[Compared]) -> Measured:
    """Return the matcher's measurements beyond those that the decision uses."""
    seen = [one for one in examination.observations if one.faces]
    again = answer.other.cohort.relatives if answer.other else [None] * len(compared)
    kin = zip(compared, answer.cohort.relatives, again, strict=True)
    return Measured(
        raw=answer.comparison.raw,
        normalised=answer.comparison.normalised,
        brightness=_median([one.brightness for one in seen]),
        sharpness=_median([one.sharpness for one in seen]),
        size=_median([one.size for one in seen]),
        yaw=_median(_turned(seen)),
        relatives=tuple(
            Kin(one.kinship, found.score, found.raw, other.score if other else None)
            for one, found, other in kin
        ),
    )


def _turned(seen: Sequence[Observation]) -> list[float]:
    return [abs(one.yaw) for one in seen if one.yaw is not None]


def _median(values: Sequence[float]) -> float | None:
    return float(median(values)) if values else None
