"""Re-decides stored decisions for the guard: by the release's policy and by the previous version."""

from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from api.facts.writing import place
from api.policies import versions
from api.ports import Ports
from models import tables
from models.domain.decision import Outcome, Reason, Report, decide
from models.domain.policy import Policy
from models.domain.provider import Provider
from models.domain.record.fact import unpack
from models.domain.release.overrides import under
from models.domain.release.seen import Seen, Usual, usual
from models.domain.release.stages import Stage
from models.vault import CannotOpen

USUAL = 500


def counted(before: int, version: int) -> Select[tables.DecisionFact]:
    """Select own-matcher decisions that passed or failed under one of two versions.

    Decisions without a report (the matcher never answered) or whose person withdrew say nothing about a
    policy.
    """
    fact = tables.DecisionFact
    return select(fact).where(
        fact.provider == Provider.OWN,
        fact.policy_version.in_((before, version)),
        fact.outcome != Outcome.RETRY,
        fact.reason != Reason.MATCHER_UNAVAILABLE,
        fact.emptied_at.is_(None),
    )


def between(row: tables.Release, until: datetime) -> Select[tables.DecisionFact]:
    """Select the decisions that a release's guard has not read yet, earliest first."""
    fact = tables.DecisionFact
    tie = and_(fact.decided_at == row.seen_at, fact.challenge_id.not_in(row.seen_ids or []))
    wanted = counted(row.before, row.version).where(or_(fact.decided_at > row.seen_at, tie))
    return wanted.where(fact.decided_at < until).order_by(fact.decided_at, fact.challenge_id)


def usually(ports: Ports, db: Session, version: int) -> Usual:
    """Return the statistics of the last decisions under a version."""
    fact = tables.DecisionFact
    wanted = counted(version, version).order_by(fact.decided_at.desc()).limit(USUAL)
    facts = db.scalars(wanted).all()
    model_set = versions.pinned(db, version).model_set
    reports = [one.under(model_set) for one in (report_of(ports, fact) for fact in facts) if one]
    scores = [one.score for one in reports if one.score is not None]
    return usual(scores, sum(one.outcome is Outcome.FAILED for one in facts), len(facts))


def report_of(ports: Ports, fact: tables.DecisionFact) -> Report | None:
    """Return the report of a fact, or None where it is missing or unreadable."""
    if fact.report is None:
        return None
    try:
        return unpack(ports.vault.open(place(fact.challenge_id), fact.report))[0]
    except (CannotOpen, ValueError):
        return None


class Both:
    """The two policies of a release, each with a decision's overrides applied."""

    def __init__(self, ports: Ports, db: Session, row: tables.Release) -> None:
        self._ports, self._row = ports, row
        self._before, self._after = (versions.pinned(db, one) for one in (row.before, row.version))

    def seen(self, fact: tables.DecisionFact) -> Seen:
        """Return a decision as the guard's input; unreadable values become missing numbers."""
        treated = fact.policy_version == self._row.version
        failed, report = fact.outcome is Outcome.FAILED, report_of(self._ports, fact)
        if report is None:
            return Seen(treated, failed, None, None, None)
        before, after = (under(one, fact.overrides) for one in (self._before, self._after))
        other = after if self._row.stage is Stage.SHADOW else before
        if not report.has(other.model_set):
            # Without templates of the other model set, the policy of this one decides in either arm.
            other = after if treated else before
        passes = decide(report, other).outcome is Outcome.PASSED
        relative = any(_relative_passes(report, one) for one in (before, after))
        score = report.under(self._before.model_set).score
        return Seen(treated, failed, passes, score, fact.amount_fen, relative)


def _relative_passes(report: Report, policy: Policy) -> bool:
    """Tell whether a recorded relative reaches the score that the policy requires."""
    seen = report.under(policy.model_set)
    least = policy.least_score(normalised=seen.normalised, old=seen.old)
    return seen.relative is not None and not seen.relative < least
