"""Runs the guard of a release: reads new decisions, stores its counts, and changes the stage."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.limits.locks import hold
from api.policies import versions
from api.ports import Ports
from api.releases.actions import back
from api.releases.deciding import Both, between, usually
from api.tuning.replaying import NOT_REPLAYED
from models import tables
from models.domain.console.act import ActKind
from models.domain.release import guard as rules
from models.domain.release import stages
from models.domain.release.guard import Cause, Verdict
from models.domain.release.seen import Budget, Guard, Usual
from models.domain.release.stages import BACK_BY_ONE, LEAST, Stage, Step

GUARD = "guard"
# Decisions are read once no running transaction can still write an earlier one.
SETTLED = timedelta(seconds=2)
BATCH = 500
WATCHED = (Stage.APPROVED, Stage.SHADOW, Stage.FIVE, Stage.QUARTER, Stage.FULL)


def live(db: Session) -> tables.Release | None:
    """Return the newest release that is approved and not over, or None."""
    row = tables.Release
    found = select(row).where(row.stage.in_(WATCHED)).order_by(row.proposed_at.desc()).limit(1)
    return db.scalars(found).first()


def due(db: Session, now: datetime) -> list[str]:
    """Return the release to watch, if any: until 7 days after it reached everybody."""
    row = live(db)
    if row is None or (row.stage is Stage.FULL and row.staged_at and now >= row.staged_at + BACK_BY_ONE):
        return []
    return [row.id]


def watch(ports: Ports, wanted: Mapping[Stage, int] = LEAST) -> None:
    """Count the decisions made since the last run and change the stage accordingly; may run twice.

    `wanted` is how many decisions a stage needs.
    """
    with ports.database.transaction() as db:
        hold(db, "releases")
        row = live(db)
        if row is None:
            return
        if row.stage is Stage.APPROVED:
            _enter(ports, db, row, stages.moved(row.stage, _first_step(row)))
        if _overtaken(db, row):
            _back(ports, db, row, Cause.OVERTAKEN)
            return
        _count(ports, db, row, wanted)


def _first_step(row: tables.Release) -> Step:
    """Return the step that begins a release: without a shadow where no stored report shows its effect."""
    return Step.BEGIN_UNSEEN if set(row.evidence["changed"]) <= NOT_REPLAYED else Step.BEGIN


def _count(ports: Ports, db: Session, row: tables.Release, wanted: Mapping[Stage, int]) -> None:
    """Feed new decisions to the guard one by one; stop at the first that changes the stage."""
    if row.usual is None:
        _restart(ports, db, row)
    both, state = Both(ports, db, row), _guard(row)
    usual, budget = Usual(**(row.usual or {})), Budget(row.budget_passes, row.budget_fen)
    for fact in db.scalars(between(row, ports.now() - SETTLED).limit(BATCH)):
        ids = (row.seen_ids or []) if fact.decided_at == row.seen_at else []
        row.seen_at, row.seen_ids = fact.decided_at, [*ids, fact.challenge_id]
        state = rules.after(state, both.seen(fact), usual, row.stage)
        row.guard = asdict(state)
        verdict, cause = rules.judge(state, row.stage, budget, wanted)
        if verdict is Verdict.ROLL_BACK:
            _back(ports, db, row, cause)
            return
        if verdict is Verdict.ADVANCE:
            _advance(ports, db, row)
            return
        if verdict in (Verdict.HALT, Verdict.FREEZE) and row.held is None:
            row.held = cause
            record(ports, db, Entry(GUARD, ActKind.RELEASE_HELD, row.id, {"cause": cause}))


def _back(ports: Ports, db: Session, row: tables.Release, cause: str) -> None:
    back(ports, db, row, cause)
    record(ports, db, Entry(GUARD, ActKind.RELEASE_ROLLED_BACK, row.id, {"cause": cause}))


def _advance(ports: Ports, db: Session, row: tables.Release) -> None:
    """Enter the next stage; the last one enacts the policy for everybody."""
    stage = stages.moved(row.stage, Step.ADVANCE)
    if stage is Stage.FULL:
        versions.approve(ports.within(db), row.version, approver=row.approver or "")
    _enter(ports, db, row, stage)


def _enter(ports: Ports, db: Session, row: tables.Release, stage: Stage) -> None:
    """Begin a stage now, with an empty guard."""
    row.stage, row.staged_at = stage, ports.now()
    if row.seen_at is None:
        row.seen_at, row.seen_ids = ports.now(), []
    _restart(ports, db, row)
    record(ports, db, Entry(GUARD, ActKind.RELEASE_MOVED, row.id, {"stage": stage}))


def _restart(ports: Ports, db: Session, row: tables.Release) -> None:
    """Empty the guard except for the spent budget, and measure the usual rates again."""
    row.guard, row.usual = asdict(rules.next_stage(_guard(row))), asdict(usually(ports, db, row.before))


def _guard(row: tables.Release) -> Guard:
    """Return the guard with its stored counts."""
    if row.guard is None:
        return Guard()
    return Guard(**{**row.guard, "wealth": tuple(row.guard["wealth"])})


def _overtaken(db: Session, row: tables.Release) -> bool:
    """Tell whether another version was enacted outside the release."""
    return versions.active(db).version != (row.version if row.stage is Stage.FULL else row.before)
