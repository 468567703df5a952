"""What a reviewer sees beside the pictures: scores of the whole family, the policy, the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.facts.writing import report_of
from api.policies import resolving, versions
from api.ports import Ports
from models import tables
from models.domain.decision import Outcome
from models.domain.record.kin import Kinship
from models.domain.release import overrides
from models.domain.release.overrides import Explained

LOOKED_BACK = timedelta(days=90)
EVENTS = LAST = 200


@dataclass(frozen=True, slots=True)
class Point:
    """One person's score; `relation` is to the claimed person, None for the claimed person."""

    kinship: Kinship | None
    score: float


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of the last compared try, and the thresholds of its policy and of today's."""

    points: tuple[Point, ...]
    then: float
    now: float


@dataclass(frozen=True, slots=True)
class Applied:
    """The policy that the attempt used, since when it was in force, and what the overrides `by` changed."""

    version: int | None
    since: datetime | None
    overrides: Sequence[Explained]
    by: Sequence[str]
    arm: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """The last 90 days of a person or a place: passed tries, failed tries, appeals."""

    passed: int
    failed: int
    appeals: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything but the pictures; `past` by person, phone, cashier and shop."""

    scored: Scored | None
    applied: Applied
    timeline: Sequence[tuple[datetime, str]]
    past: dict[str, Past]


def of(ports: Ports, appeal_id: str) -> Dossier:
    """Return the dossier of an existing appeal."""
    with ports.database.reading() as db:
        row = db.get_one(tables.Appeal, appeal_id)
        attempt = db.get_one(tables.Attempt, row.attempt_id)
        return Dossier(
            _scored(ports, db, attempt),
            _applied(db, attempt),
            _timeline(db, row),
            _past(ports, db, row, attempt),
        )


def _scored(ports: Ports, db: Session, attempt: tables.Attempt) -> Scored | None:
    """Return the scores of the newest try in which faces were compared."""
    decision = tables.Decision
    tried = select(decision).where(decision.attempt_id == attempt.id, decision.report.is_not(None))
    for one in db.scalars(tried.order_by(decision.created_at.desc())):
        report = report_of(ports, one) or {}
        facts = report.get("facts", {})
        if facts.get("score") is None:
            continue
        hard = {"normalised": bool(facts.get("normalised", True)), "old": bool(facts.get("old"))}
        then, now = resolving.of(db, attempt), versions.active(db)
        # Another model set's thresholds are on another scale.
        now = now if now.model_set == then.model_set else then
        kin = report.get("measured", {}).get("relatives", ())
        points = [Point(None, float(facts["score"]))]
        points += [Point(Kinship(two["kinship"]), two["score"]) for two in kin if two["score"] is not None]
        return Scored(tuple(points), then.least_score(**hard), now.least_score(**hard))
    return None


def _applied(db: Session, attempt: tables.Attempt) -> Applied:
    """Return the policy that was resolved when the attempt began."""
    version = attempt.policy_version
    row = db.get(tables.PolicyVersion, version) if version is not None else None
    since = row.approved_at if row else None
    arm = None if attempt.arm == resolving.EVERYBODY else attempt.arm
    given = attempt.overrides or {}
    told = overrides.explained(versions.pinned(db, version), given) if version is not None else []
    return Applied(version, since, told, given.get("by", ()), arm)


def _timeline(db: Session, row: tables.Appeal) -> list[tuple[datetime, str]]:
    """Return the purchase's events with their times."""
    event = tables.Event
    wanted = select(event.created_at, event.type).where(event.verification_id == row.verification_id)
    return [(at, kind) for at, kind in db.execute(wanted.order_by(event.seq).limit(EVENTS))]


def _past(ports: Ports, db: Session, row: tables.Appeal, attempt: tables.Attempt) -> dict[str, Past]:
    """Return the history of all four; for shop and cashier over the shop's last purchases only."""
    appeal, tried = tables.Appeal, tables.Attempt
    since = ports.now() - LOOKED_BACK
    here = appeal.institution_id == row.institution_id
    of_shop = _last_tries(db, row.institution_id, since)
    outcomes = {
        "person": _tries(db, tried.person_id == attempt.person_id, since),
        "phone": _tries(db, tried.owner_index == row.openid_index, since),
        "cashier": [outcome for cashier, outcome in of_shop if cashier == row.cashier_id],
        "shop": [outcome for _, outcome in of_shop],
    }
    whose = {
        "person": appeal.person_id == row.person_id,
        "phone": appeal.openid_index == row.openid_index,
        "cashier": here & (appeal.cashier_id == row.cashier_id),
        "shop": here,
    }
    return {
        who: Past(some.count(Outcome.PASSED), some.count(Outcome.FAILED), _appeals(db, whose[who], since))
        for who, some in outcomes.items()
    }


def _tries(db: Session, of: ColumnElement[bool], since: datetime) -> list[Outcome]:
    """Return the outcomes of a person's or a phone's last tries."""
    decision, attempt = tables.Decision, tables.Attempt
    wanted = select(decision.outcome).join(attempt, attempt.id == decision.attempt_id)
    newest = wanted.where(of, attempt.created_at > since).order_by(attempt.created_at.desc()).limit(LAST)
    return list(db.scalars(newest))


def _last_tries(db: Session, institution_id: str, since: datetime) -> list[tuple[str, Outcome]]:
    """Return cashier and outcome of the tries in a shop's last purchases."""
    decision, attempt, verification = tables.Decision, tables.Attempt, tables.Verification
    last = (
        select(verification.id, verification.cashier_id)
        .where(verification.institution_id == institution_id, verification.created_at > since)
        .order_by(verification.created_at.desc())
        .limit(LAST)
        .subquery()
    )
    wanted = (
        select(last.c.cashier_id, decision.outcome)
        .join(attempt, attempt.verification_id == last.c.id)
        .join(decision, decision.attempt_id == attempt.id)
    )
    return [(cashier, outcome) for cashier, outcome in db.execute(wanted)]


def _appeals(db: Session, of: ColumnElement[bool], since: datetime) -> int:
    appeal = tables.Appeal
    return db.scalar(select(func.count()).select_from(appeal).where(appeal.created_at > since, of)) or 0
