"""Operators' actions on a release; each is recorded as an act, in its own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.limits.locks import hold
from api.policies import floors, sets, versions
from api.ports import Ports
from api.releases.proposing import EVIDENCE, place
from models import tables
from models.domain.console.act import ActKind
from models.domain.errors import Absent, Conflict
from models.domain.named import noted
from models.domain.release import stages
from models.domain.release.guard import Cause
from models.domain.release.stages import LIVE, Stage, Step


def approve(ports: Ports, actor: str, release_id: str) -> None:
    """Approve a proposed release; its guard then begins the shadow stage.

    Raises Conflict `own_proposal` for its proposer, `evidence_expired` a week after the proposal,
    `overtaken` once another version is in force, and `below_floor`.
    """
    with ports.database.transaction() as db:
        row = _held(db, release_id)
        stage = stages.moved(row.stage, Step.APPROVE)
        stages.may_approve(row.proposer, actor)
        if not row.proposed_at <= ports.now() < row.proposed_at + EVIDENCE:
            raise Conflict("the evidence is more than a week old", code="evidence_expired")
        if versions.active(db).version != row.before:
            raise Conflict("another version is in force since", code="overtaken")
        policy = versions.pinned(db, row.version)
        sets.hold(db, policy, versions.active(db).model_set)
        floors.hold(ports, policy)
        row.stage, row.approver, row.approved_at = stage, actor, ports.now()
        record(ports, db, Entry(actor, ActKind.RELEASE_APPROVED, row.id))


def withdraw(ports: Ports, actor: str, release_id: str) -> None:
    """Withdraw a release before it begins."""
    with ports.database.transaction() as db:
        row = _held(db, release_id)
        row.stage, row.ended_at = stages.moved(row.stage, Step.WITHDRAW), ports.now()
        versions.withdraw(ports.within(db), row.version, by=actor)
        record(ports, db, Entry(actor, ActKind.RELEASE_WITHDRAWN, row.id))


def roll_back(ports: Ports, actor: str, release_id: str, reason: str) -> bool:
    """Return to the previous version; return whether that is done, or awaits a second operator.

    One operator suffices until 7 days after the release reached everybody.
    """
    reason = noted(reason)
    with ports.database.transaction() as db:
        row = _held(db, release_id)
        stages.moved(row.stage, Step.ROLL_BACK)
        full_at = row.staged_at if row.stage is Stage.FULL else None
        alone = full_at is None or stages.people_to_go_back(full_at, ports.now()) == 1
        if not alone and row.back_by in (None, actor):
            row.back_by = actor
            record(ports, db, Entry(actor, ActKind.RELEASE_HELD, row.id, {"reason": reason}))
            return False
        back(ports, db, row, Cause.BY_HAND)
        record(ports, db, Entry(actor, ActKind.RELEASE_ROLLED_BACK, row.id, {"reason": reason}))
        return True


def resume(ports: Ports, actor: str, release_id: str, reason: str) -> None:
    """Resume a frozen release; its guard restarts the stage, and the spent budget stays spent."""
    reason = noted(reason)
    with ports.database.transaction() as db:
        row = _held(db, release_id)
        if row.held is None or row.stage not in LIVE:
            raise Conflict("the release is not frozen", code="wrong_state")
        row.held, row.usual = None, None
        record(ports, db, Entry(actor, ActKind.RELEASE_RESUMED, row.id, {"reason": reason}))


def back(ports: Ports, db: Session, row: tables.Release, cause: str) -> None:
    """End a live release; if it was in force for everybody, the previous version is enacted again."""
    was_full = row.stage is Stage.FULL
    row.stage, row.ended_at, row.cause = stages.moved(row.stage, Step.ROLL_BACK), ports.now(), cause
    if was_full:
        before = versions.pinned(db, row.before)
        sets.hold(db, before, versions.active(db).model_set)
        versions.enact(ports.within(db), before, author=row.proposer, approver=row.approver or row.proposer)
    else:
        versions.withdraw(ports.within(db), row.version, by=row.proposer)


def history(ports: Ports, most: int = 100) -> Sequence[tables.Release]:
    """Return releases, newest first."""
    with ports.database.reading() as db:
        return db.scalars(
            select(tables.Release).order_by(tables.Release.proposed_at.desc()).limit(most)
        ).all()


@dataclass(frozen=True, slots=True)
class Opened:
    """A release with its reason, and how many operators a rollback needs now; 0: none can.

    None can once the templates that the previous version compares with are destroyed.
    """

    row: tables.Release
    reason: str
    people_to_go_back: int
    expired: bool


def opened(ports: Ports, release_id: str) -> Opened:
    """Return a release for viewing; raises Absent."""
    with ports.database.reading() as db:
        row = found(db, release_id)
        possible = _may_go_back(db, row)
    full_at = row.staged_at if row.stage is Stage.FULL else None
    people = 1 if full_at is None else stages.people_to_go_back(full_at, ports.now())
    people = people if possible else 0
    expired = row.stage is Stage.PROPOSED and ports.now() >= row.proposed_at + EVIDENCE
    return Opened(row, ports.vault.text(place(row.id), row.reason), people, expired)


def _may_go_back(db: Session, row: tables.Release) -> bool:
    """Tell whether the templates of the previous version's model set still exist."""
    try:
        sets.hold(db, versions.pinned(db, row.before), versions.active(db).model_set)
    except Conflict as refusal:
        return refusal.code == "migration_unfinished"
    return True


def found(db: Session, release_id: str) -> tables.Release:
    """Return a release; raises Absent."""
    row = db.get(tables.Release, release_id)
    if row is None:
        raise Absent("no such release")
    return row


def _held(db: Session, release_id: str) -> tables.Release:
    """Return a release, locked until this transaction ends."""
    hold(db, "releases")
    return found(db, release_id)
