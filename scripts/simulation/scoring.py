"""Precision and recall of the alerts against the truth, where two cases in a hundred are reviewed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from api.ports import Ports
from models import tables
from models.domain.abuse import signs
from models.domain.abuse.alert import Alert, ranked, reviewed
from scripts.simulation import quick, truth, weeks
from scripts.simulation.truth import Truth

BUDGET = 0.02


@dataclass(frozen=True, slots=True)
class Score:
    """Cases reviewed and how many of them are fraud, frauds planted and found, and alerts in all."""

    reviewed_cases: int
    fraud: int
    planted: int
    found: int
    alerts: int

    @property
    def precision(self) -> float:
        """Return the share of the cases reviewed that are fraud."""
        return self.fraud / self.reviewed_cases if self.reviewed_cases else 0.0

    @property
    def recall(self) -> float:
        """Return the share of the planted frauds of which at least one case was reviewed."""
        return self.found / self.planted if self.planted else 1.0

    def said(self) -> str:
        """Return it in one line."""
        return (
            f"精确率 / precision {self.precision:.3f} ({self.fraud}/{self.reviewed_cases})，"
            f"召回率 / recall {self.recall:.3f} ({self.found}/{self.planted})，提示 / alerts {self.alerts}"
        )


def raised(ports: Ports) -> list[Alert]:
    """Return every alert that an installation's job has raised, whatever operators made of it."""
    with ports.database.reading() as db:
        rows = db.scalars(select(tables.Alert)).all()
    return ranked(
        [Alert(one.kind, one.about, one.subject, one.numbers, one.cases, one.strength) for one in rows]
    )


def tried(seed: int, *, planted: bool = True) -> Score:
    """Return the score of a seed, made in memory."""
    found = weeks.draw(seed, planted=planted)
    told = truth.of(seed, found, {place: str(place) for place in range(len(found.visits))})
    return score(signs.alerts(quick.seen(found)), told)


def summed(found: Sequence[Score]) -> str:
    """Return the means of several scores in one line."""
    precision, recall = (
        sum(getattr(one, name) for one in found) / len(found) for name in ("precision", "recall")
    )
    return f"平均 / mean: precision {precision:.3f}, recall {recall:.3f}, seeds {len(found)}"


def score(alerts: Sequence[Alert], truth: Truth) -> Score:
    """Return what looking at the alerts' first cases finds, within the budget."""
    cases = set(reviewed(alerts, round(truth.verifications * BUDGET)))
    false = {one for planted in truth.planted for one in planted.verifications}
    found = sum(bool(cases & set(planted.verifications)) for planted in truth.planted)
    return Score(len(cases), len(cases & false), len(truth.planted), found, len(alerts))
