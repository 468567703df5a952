"""Finds due jobs in the tables: the kinds of jobs, their arguments, and the queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, and_, func, or_, select

from api.ports import Ports
from api.releases import calculating, guarding, moving, strangers
from models import tables
from models.domain.attempt import LIVE, AttemptState
from models.domain.delivery import UNFINISHED, DeliveryKind
from models.domain.provider import Provider
from models.domain.verification import VerificationState

ANSWER_DUE = timedelta(seconds=5)
BATCH = 200


@dataclass(frozen=True, slots=True)
class SendDelivery:
    """Send one row of the outbox to a person's WeChat, or take the sandbox's next step."""

    kind: DeliveryKind
    delivery_id: str


@dataclass(frozen=True, slots=True)
class SendWebhooks:
    """Send some of an institution's due webhooks."""

    institution_id: str


@dataclass(frozen=True, slots=True)
class SettleExpiry:
    """Apply due expiries to a verification."""

    verification_id: str


@dataclass(frozen=True, slots=True)
class DecideCapture:
    """Decide a captured try that is still undecided, by its provider."""

    provider: Provider
    challenge_id: str


@dataclass(frozen=True, slots=True)
class WatchRelease:
    """Advance a policy release by the decisions made since the last run."""

    release_id: str


@dataclass(frozen=True, slots=True)
class CompareStrangers:
    """Compare insured strangers with each other for a run that two accounts have started."""

    run_id: str


@dataclass(frozen=True, slots=True)
class MoveTemplates:
    """Embed the next photos by the new model set, or destroy the next templates of the old one."""

    migration_id: str


@dataclass(frozen=True, slots=True)
class Calculate:
    """Replay stored decisions, or compute a group's error rates, for the console."""

    calculation_id: str


class Chore(StrEnum):
    """A task of every minute; some run once per cluster, some in every process."""

    RETENTION = "retention"
    ANCHOR = "anchor"
    OPTIMIZE = "optimize"
    BACKGROUND = "background"
    FACTS = "facts"
    ORPHANS = "orphans"
    ABUSE = "abuse"
    TALLIES = "tallies"
    ARCHIVE = "archive"


Job = (
    SendDelivery
    | SendWebhooks
    | SettleExpiry
    | DecideCapture
    | WatchRelease
    | CompareStrangers
    | MoveTemplates
    | Calculate
    | Chore
)


def due(ports: Ports) -> list[Job]:
    """Return the jobs that are due now."""
    now = ports.now()
    found: list[Job] = []
    with ports.database.reading() as db:
        found += [SendDelivery(*row) for row in db.execute(_to_persons(now).limit(BATCH))]
        found += [SendWebhooks(institution_id) for institution_id in db.scalars(_to_tills(now).limit(BATCH))]
        for wanted in (_overdue(now), _lapsing(now)):
            found += [SettleExpiry(row_id) for row_id in db.scalars(wanted.limit(BATCH))]
        found += [DecideCapture(*row) for row in db.execute(_unanswered(now).limit(BATCH))]
        found += [WatchRelease(release_id) for release_id in guarding.due(db, now)]
        found += [CompareStrangers(run_id) for run_id in strangers.due(db, now)]
        found += [MoveTemplates(row_id) for row_id in moving.due(db, now)]
        found += [Calculate(row_id) for row_id in calculating.due(db, now)]
    return list(dict.fromkeys(found))


def _to_persons(now: datetime) -> Select[DeliveryKind, str]:
    """Select due outbox rows and those whose sender died during the call, except webhooks."""
    delivery = tables.Delivery
    waiting = delivery.state.in_(UNFINISHED), delivery.kind != DeliveryKind.WEBHOOK
    return select(delivery.kind, delivery.id).where(*waiting, delivery.next_at <= now)


def _to_tills(now: datetime) -> Select[str]:
    """Select institutions with a due webhook."""
    delivery = tables.Delivery
    waiting = delivery.state.in_(UNFINISHED), delivery.kind == DeliveryKind.WEBHOOK
    return select(delivery.institution_id).distinct().where(*waiting, delivery.next_at <= now)


def _overdue(now: datetime) -> Select[str]:
    """Select verifications with an overdue attempt (a running challenge may outlive it)."""
    attempt = tables.Attempt
    filming = and_(attempt.state == AttemptState.CHALLENGED, attempt.challenge_expires_at > now)
    return select(attempt.verification_id).where(
        attempt.state.in_(LIVE),
        attempt.expires_at <= now,
        or_(attempt.challenge_expires_at.is_(None), ~filming),
    )


def _lapsing(now: datetime) -> Select[str]:
    """Select verifications past their own deadline."""
    row = tables.Verification
    return select(row.id).where(row.state == VerificationState.OPEN, row.expires_at <= now)


def _unanswered(now: datetime) -> Select[Provider, str]:
    """Select challenges, with their provider, whose capture is overdue for its decision."""
    attempt, challenge = tables.Attempt, tables.Challenge
    newest = (
        select(func.max(challenge.number)).where(challenge.attempt_id == attempt.id).correlate(attempt)
    ).scalar_subquery()
    return (
        select(attempt.provider, challenge.id)
        .join(attempt, attempt.id == challenge.attempt_id)
        .where(attempt.state == AttemptState.CAPTURED, attempt.captured_at <= now - ANSWER_DUE)
        .where(challenge.number == newest)
    )
