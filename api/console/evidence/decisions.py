"""One decision as an operator sees it: measurements, thresholds, and where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.policies import resolving, versions
from api.ports import Ports
from api.releases.deciding import report_of
from models import tables
from models.domain.console.act import ActKind
from models.domain.decision import Decision, Report, decide
from models.domain.errors import Absent
from models.domain.policy import Policy
from models.domain.release import overrides
from models.domain.release.overrides import Explained

EVENTS = 200
# The measurement that each threshold is compared with.
MEASURED = {
    "cohort_margin": "relative", "same_face_min": "same_face", "same_face_mean_min": "same_face_mean",
    "pad_min": "pad", "pad_low_min": "pad_low", "bezel_max": "bezel", "colour_p_max": "colour_p",
    "gap_max_ms": "gap_ms", "frozen_max_ms": "frozen_ms", "loop_max_ms": "looped_ms",
    "repeated_max": "repeated", "duration_min_ms": "duration_ms", "rate_min": "rate",
    "motion_min": "motion", "evidence_min": "evidence", "similar_run": "seen_similar",
    "similar_movement_ms": "seen_movement_ms",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One threshold: the measurement, its value then, and under the policy for comparison."""

    name: str
    measured: object
    then: object
    other: object


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision with its facts, its thresholds, and another policy's decision on the same report."""

    fact: tables.DecisionFact
    shop: str
    lines: Sequence[Line]
    overridden: Sequence[Explained]
    by: Sequence[str]
    other: Decision | None
    timeline: Sequence[tuple[datetime, str]]
    appeal_id: str | None


def opened(ports: Ports, actor: str, challenge_id: str, other: Policy) -> DecisionView:
    """Return a decision for viewing, recorded as an act; raises Absent."""
    with ports.database.transaction() as db:
        fact = db.get(tables.DecisionFact, challenge_id)
        if fact is None:
            raise Absent("no such decision")
        record(ports, db, Entry(actor, ActKind.CASE_OPENED, challenge_id))
        attempt = db.get_one(tables.Attempt, db.get_one(tables.Decision, challenge_id).attempt_id)
        version = versions.pinned(db, fact.policy_version)
        then, after = (overrides.under(one, fact.overrides) for one in (version, other))
        report = report_of(ports, fact)
        appeal = tables.Appeal
        return DecisionView(
            fact,
            db.get_one(tables.Institution, fact.institution_id).name,
            list(_lines(report, then, after)) if report else (),
            overrides.explained(version, fact.overrides),
            fact.overrides.get("by", ()),
            decide(report, after) if report else None,
            _timeline(db, attempt),
            db.scalar(select(appeal.id).where(appeal.attempt_id == attempt.id).limit(1)),
        )


def arm_of(fact: tables.DecisionFact) -> str | None:
    """Return the release arm of the decision, None outside a release."""
    return None if fact.arm == resolving.EVERYBODY else fact.arm


def _lines(report: Report, then: Policy, after: Policy) -> list[Line]:
    """Return each threshold with its measurement; unmeasured ones are left out."""
    report = report.under(then.model_set)
    kind = "score_min" if report.normalised else "raw_score_min_old" if report.old else "raw_score_min"
    named = {kind: "score", **MEASURED}
    found = [(name, getattr(report, field)) for name, field in named.items()]
    return [
        Line(name, value, getattr(then, name), getattr(after, name))
        for name, value in found
        if value is not None
    ]


def _timeline(db: Session, attempt: tables.Attempt) -> list[tuple[datetime, str]]:
    event = tables.Event
    wanted = select(event.created_at, event.type).where(event.verification_id == attempt.verification_id)
    return [(at, kind) for at, kind in db.execute(wanted.order_by(event.seq).limit(EVENTS))]
