"""What a reviewer sees beside the pictures: scores of the whole family, the policy, the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.appeals.insured import Insured, Other, insured, others
from api.appeals.past import Past, past
from api.appeals.timeline import Step, decided, timeline
from api.facts.writing import report_of
from api.policies import resolving, versions
from api.ports import Ports
from models import tables
from models.domain.record.kin import Kinship
from models.domain.release import overrides
from models.domain.release.overrides import Explained


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
class Dossier:
    """Everything but the pictures; `past` by person, phone, cashier and shop.

    `deleted_at`: when the last pictures of the try and of the appeal were deleted, None while they are kept.
    """

    scored: Scored | None
    applied: Applied
    timeline: Sequence[Step]
    past: dict[str, Past]
    insured: Insured | None
    others: Sequence[Other]
    deleted_at: datetime | None


def of(ports: Ports, appeal_id: str) -> Dossier:
    """Return the dossier of an existing appeal."""
    with ports.database.reading() as db:
        row = db.get_one(tables.Appeal, appeal_id)
        tries = decided(db, row.verification_id)
        attempt = tries.attempts[row.attempt_id]
        return Dossier(
            _scored(ports, db, attempt, tries.decisions),
            _applied(db, attempt),
            timeline(ports, db, row.verification_id, tries),
            past(ports, db, row, attempt),
            insured(ports, db, row),
            others(db, row),
            _deleted(db, row),
        )


def _scored(
    ports: Ports, db: Session, attempt: tables.Attempt, decisions: Sequence[tables.Decision]
) -> Scored | None:
    """Return the scores of the newest try in which faces were compared."""
    for one in reversed([one for one in decisions if one.attempt_id == attempt.id]):
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


def _deleted(db: Session, row: tables.Appeal) -> datetime | None:
    """Return when the pictures of the try and of the appeal were deleted, None while one may be kept."""
    capture, challenge = tables.Capture, tables.Challenge
    mine = select(func.count(), func.count(capture.deleted_at), func.max(capture.deleted_at))
    of = mine.join(challenge, challenge.id == capture.challenge_id)
    films, gone, last = db.execute(of.where(challenge.attempt_id == row.attempt_id)).one()
    times = [one for one in (last, row.photos_deleted_at) if one is not None]
    kept = films > gone or (row.photo_keys and row.photos_deleted_at is None)
    return max(times) if times and not kept else None
