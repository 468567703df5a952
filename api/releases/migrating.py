"""Operators' actions on a move from one model set's templates to another's, and its progress."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.limits.locks import hold
from api.policies import overriding, sets, versions
from api.ports import Ports
from api.releases.proposing import UNDER_WAY
from matcher.errors import MatcherUnavailable
from models import tables
from models.domain.console.act import ActKind
from models.domain.errors import Absent, Conflict
from models.domain.release import migration as rules
from models.domain.release.migration import MigrationState
from models.domain.release.overrides import SCORES
from models.domain.release.stages import BACK_BY_ONE, Stage


def begin(
    ports: Ports, actor: str, new_set: str, per_minute: int = rules.PER_MINUTE
) -> tables.ModelMigration:
    """Begin to keep a second model set's templates; the worker embeds the stored photos.

    Raises Invalid `policy_invalid`, Conflict `migration_open` while there is another move, `release_open`
    during a release, `override_open` where an override changes a threshold of scores, `model_set_unavailable`
    where the matcher lacks the set.
    """
    available = _available(ports)
    with ports.database.transaction() as db:
        _lock(db)
        old_set = versions.active(db).model_set
        rules.check(old_set, new_set, per_minute)
        if new_set not in available:
            raise Conflict(f"the matcher has no model set {new_set}", code="model_set_unavailable")
        if sets.migration(db) is not None:
            raise Conflict("another move is open", code="migration_open")
        _no_release(db)
        _no_override(ports, db)
        row = tables.ModelMigration(
            id=ports.new_id("mig"),
            old_set=old_set,
            new_set=new_set,
            state=MigrationState.LIVE,
            begun_by=actor,
            begun_at=ports.now(),
            per_minute=per_minute,
            next_at=ports.now(),
        )
        db.add(row)
        _record(ports, db, actor, ActKind.MIGRATION_BEGUN, row)
        return row


def pace(ports: Ports, actor: str, migration_id: str, per_minute: int) -> None:
    """Change how many photos a minute are embedded."""
    with ports.database.transaction() as db:
        row = _held(db, migration_id)
        rules.check(row.old_set, row.new_set, per_minute)
        if row.state is not MigrationState.LIVE:
            raise Conflict("it is over")
        row.per_minute, row.next_at = per_minute, ports.now()
        _record(ports, db, actor, ActKind.MIGRATION_CHANGED, row)


def abandon(ports: Ports, actor: str, migration_id: str) -> None:
    """Destroy the new set's templates; raises Conflict `release_open` while a policy may decide by them."""
    with ports.database.transaction() as db:
        row = _held(db, migration_id)
        if row.state is not MigrationState.LIVE or versions.active(db).model_set != row.old_set:
            raise Conflict("the new model set is in force")
        _no_release(db)
        row.state, row.next_at, row.cursor = MigrationState.ABANDONING, ports.now(), ""
        _record(ports, db, actor, ActKind.MIGRATION_ABANDONED, row)


def ask_destruction(ports: Ports, actor: str, migration_id: str) -> None:
    """Ask for the destruction of the old set's templates, which another operator must confirm."""
    with ports.database.transaction() as db:
        row = _held(db, migration_id)
        _may_destroy(ports, db, row)
        row.destroy_asked_by = actor
        _record(ports, db, actor, ActKind.DESTRUCTION_ASKED, row)


def confirm_destruction(ports: Ports, actor: str, migration_id: str) -> None:
    """Begin the destruction that another operator asked for; no release can be rolled back after it."""
    with ports.database.transaction() as db:
        row = _held(db, migration_id)
        rules.may_destroy(row.state, row.destroy_asked_by, actor)
        _may_destroy(ports, db, row)
        row.state, row.next_at, row.cursor = MigrationState.DESTROYING, ports.now(), ""
        _record(ports, db, actor, ActKind.DESTRUCTION_BEGUN, row)


def _may_destroy(ports: Ports, db: Session, row: tables.ModelMigration) -> None:
    """Raise Conflict unless the new set has decided for everybody for 7 days."""
    if row.state is not MigrationState.LIVE or versions.active(db).model_set != row.new_set:
        raise Conflict("the new model set is not in force for everybody")
    _no_release(db)
    if db.scalar(select(tables.Enrolment.id).where(sets.untried(row.new_set)).limit(1)):
        raise Conflict("photos are still being embedded", code="migration_unfinished")
    release = tables.Release
    newest = select(func.max(release.staged_at)).where(release.stage == Stage.FULL)
    full_at = db.scalar(newest)
    if full_at is not None and ports.now() < full_at + BACK_BY_ONE:
        raise Conflict("one operator may still roll the release back: within 7 days")


@dataclass(frozen=True, slots=True)
class Progress:
    """A move with its counts: references in use, embedded by the new set, impossible by reason.

    `persons_left` have templates of the old set only, and keep them until their next photo; `old` counts the
    references that still have an old template.
    """

    row: tables.ModelMigration
    photos: int
    embedded: int
    impossible: dict[str, int]
    persons_left: int
    old: int

    @property
    def done(self) -> int:
        """Return how many references the new set has tried."""
        return self.embedded + sum(self.impossible.values())


def progress(ports: Ports, row: tables.ModelMigration) -> Progress:
    """Return the counts of a move as they are now."""
    one, made = tables.Enrolment, tables.Template
    used = one.revoked_at.is_(None)
    with ports.database.reading() as db:
        tried = select(made.why, func.count()).join(one, one.id == made.enrolment_id)
        tried = tried.where(used, made.model_set == row.new_set, made.why.is_not(None)).group_by(made.why)
        left = sets.without(row.new_set).subquery()
        count = select(func.count()).select_from(one).where(used)
        return Progress(
            row,
            db.scalar(count) or 0,
            db.scalar(count.where(sets.of(row.new_set))) or 0,
            {str(why): number for why, number in db.execute(tried)},
            db.scalar(select(func.count()).select_from(left)) or 0,
            db.scalar(count.where(sets.of(row.old_set))) or 0,
        )


def history(ports: Ports) -> Sequence[tables.ModelMigration]:
    """Return every move, newest first."""
    with ports.database.reading() as db:
        row = tables.ModelMigration
        return db.scalars(select(row).order_by(row.begun_at.desc(), row.id)).all()


def _available(ports: Ports) -> tuple[str, ...]:
    """Return the matcher's model sets; raises Conflict `model_set_unavailable` when it does not answer."""
    try:
        return tuple(map(str, ports.matcher.model_sets()))
    except MatcherUnavailable:
        raise Conflict("the matcher does not answer", code="model_set_unavailable") from None


def _no_release(db: Session) -> None:
    if db.scalar(select(tables.Release.id).where(tables.Release.stage.in_(UNDER_WAY)).limit(1)):
        raise Conflict("a release is under way", code="release_open")


def _no_override(ports: Ports, db: Session) -> None:
    """Raise Conflict `override_open` where an override changes a threshold of scores."""
    row = tables.PolicyOverride
    live = select(row).where(row.ended_at.is_(None), row.ends_at > ports.now())
    if any(set(one.changes) & SCORES for one in overriding.loaded(db, live)):
        raise Conflict("an override changes a threshold of scores: end it first", code="override_open")


def _lock(db: Session) -> None:
    # Releases and moves lock each other out.
    hold(db, "releases")


def _held(db: Session, migration_id: str) -> tables.ModelMigration:
    """Return a move, locked until this transaction ends; raises Absent."""
    _lock(db)
    row = db.get(tables.ModelMigration, migration_id, populate_existing=True)
    if row is None:
        raise Absent("no such move")
    return row


def _record(ports: Ports, db: Session, actor: str, kind: ActKind, row: tables.ModelMigration) -> None:
    told = {"old": row.old_set, "new": row.new_set, "per_minute": str(row.per_minute)}
    record(ports, db, Entry(actor, kind, row.id, told))
