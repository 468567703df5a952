"""The worker's part of a move to another model set: embeds photos, destroys templates, in small batches.

Each photo and each batch is one transaction, so a killed worker leaves a whole state; the next batch begins
with what is still missing.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.directory import photos, templates
from api.directory.gallery import WAITING
from api.policies import sets
from api.ports import Ports
from matcher.errors import BadImage, MatcherUnavailable
from matcher.types import Template
from models import tables
from models.domain.attempt import AttemptState
from models.domain.console.act import ActKind
from models.domain.policy import FIRST_SET
from models.domain.release import migration as rules
from models.domain.release.migration import LEASE, OPEN, REST, MigrationState
from models.objects import StoreUnavailable
from models.vault import CannotOpen

WORKER = "worker"
# Photos of one batch: half a second on one core. Rows of one batch of a destruction.
PHOTOS, ROWS = 4, 200
YIELD = timedelta(seconds=1)
GONE, UNUSABLE = "photo_gone", "photo_unusable"

log = structlog.get_logger()


def due(db: Session, now: datetime) -> list[str]:
    """Return the open move whose next batch is due."""
    row = tables.ModelMigration
    return list(db.scalars(select(row.id).where(row.state.in_(OPEN), row.next_at <= now)))


def run(ports: Ports, migration_id: str) -> None:
    """Do one batch and say when the next is due; two workers never share a batch."""
    row = _leased(ports, migration_id)
    if row is None:
        return
    if row.state is MigrationState.LIVE:
        wait = _embed_some(ports, row)
        with ports.database.transaction() as db:
            mine = update(tables.ModelMigration).where(tables.ModelMigration.id == row.id)
            db.execute(mine.values(next_at=ports.now() + wait, cursor=row.cursor))
    else:
        _destroy_some(ports, row.id)


def _leased(ports: Ports, migration_id: str) -> tables.ModelMigration | None:
    """Return the move if this worker has its next batch."""
    row, now = tables.ModelMigration, ports.now()
    wanted = update(row).where(row.id == migration_id, row.state.in_(OPEN), row.next_at <= now)
    with ports.database.transaction() as db:
        if db.execute(wanted.values(next_at=now + LEASE).returning(row.id)).first() is None:
            return None
        return db.get_one(row, migration_id, populate_existing=True)


def _embed_some(ports: Ports, row: tables.ModelMigration) -> timedelta:
    """Embed the next photos by the new set; return how long to wait. A customer's try goes first."""
    one, attempt = tables.Enrolment, tables.Attempt
    with ports.database.reading() as db:
        if db.scalar(select(attempt.id).where(attempt.state == AttemptState.CAPTURED).limit(1)):
            return YIELD
        wanted = select(one.id, one.photo_key).where(one.id > row.cursor, sets.untried(row.new_set))
        waiting = db.execute(wanted.order_by(one.id).limit(PHOTOS)).all()
    if not waiting:
        # Once round again: photos that came behind the cursor.
        wait, row.cursor = (timedelta(0), "") if row.cursor else (REST, "")
        return wait
    done = 0
    for enrolment_id, key in waiting:
        try:
            found = _embedded(ports, key, row.new_set)
        except (MatcherUnavailable, StoreUnavailable) as error:
            log.warning("embedding_put_off", kind=type(error).__name__)
            return LEASE
        _keep(ports, row, enrolment_id, found)
        row.cursor, done = enrolment_id, done + 1
    return rules.pause(done, row.per_minute)


def _embedded(ports: Ports, key: str, model_set: str) -> Template | str:
    """Return a photo's template of a set, or why there is none."""
    try:
        enrolled = ports.matcher.enrol(photos.get(ports, key))
    except (KeyError, CannotOpen):
        return GONE
    except BadImage:
        return UNUSABLE
    made = next((one for one in enrolled.templates if one.engine == model_set), None)
    if made is None and enrolled.verdict == "ok":
        raise MatcherUnavailable(f"the matcher has no model set {model_set}")
    return made or UNUSABLE


def _keep(ports: Ports, row: tables.ModelMigration, enrolment_id: str, found: Template | str) -> None:
    """Store a reference's template, unless it was revoked, or the move ended, in the meantime."""
    with ports.database.transaction() as db:
        # The lock that a revocation needs: it deletes what was stored before, and nothing is stored after.
        reference = db.get(tables.Enrolment, enrolment_id, with_for_update=True, populate_existing=True)
        move = db.get_one(tables.ModelMigration, row.id, with_for_update=True, populate_existing=True)
        made = db.get(tables.Template, (enrolment_id, row.new_set))
        if reference is None or reference.revoked_at is not None or made is not None:
            return
        if move.state is not MigrationState.LIVE:
            return
        if isinstance(found, Template):
            templates.add(ports, db, enrolment_id, found)
        else:
            why = {"model_set": row.new_set, "why": found, "created_at": ports.now()}
            db.add(tables.Template(enrolment_id=enrolment_id, **why))


def _destroy_some(ports: Ports, migration_id: str) -> None:
    """Destroy the next templates and chain their digest; after the last, close the move with its proof."""
    with ports.database.transaction() as db:
        row = db.get_one(tables.ModelMigration, migration_id, with_for_update=True, populate_existing=True)
        if row.state not in rules.AT_WORK_ON_OLD:
            return
        gone = row.old_set if row.state is MigrationState.DESTROYING else row.new_set
        kept = row.new_set if gone == row.old_set else row.old_set
        begun_at = row.cursor
        taken = _destroyed(db, row, gone, kept)
        # Once round again: a reference may have come behind the cursor.
        over = not taken and not begun_at
        if over and gone == FIRST_SET:
            taken = _held(ports, db)
        row.digest, row.destroyed = rules.chained(row.digest, taken), row.destroyed + len(taken)
        row.next_at = ports.now()
        if over:
            _finish(ports, db, row, gone)


def _destroyed(db: Session, row: tables.ModelMigration, gone: str, kept: str) -> list[tuple[str, bytes]]:
    """Destroy a set's templates of the next references whose persons have the other's; return them."""
    one, made = tables.Enrolment, tables.Template
    wanted = select(one.id, one.templates).where(one.id > row.cursor, sets.of(gone), sets.covered(kept))
    found = {row.id: row.templates for row in db.execute(wanted.order_by(one.id).limit(ROWS))}
    row.cursor = max(found, default="")
    mine = made.enrolment_id.in_(found), made.model_set == gone
    taken = [(name, one) for name, one in found.items() if one] if gone == FIRST_SET else []
    taken += [(one.enrolment_id, one.vector) for one in db.scalars(select(made).where(*mine)) if one.vector]
    db.execute(delete(made).where(*mine))
    if gone == FIRST_SET:
        db.execute(update(one).where(one.id.in_(found)).values(templates=b""))
    return sorted(taken)


def _held(ports: Ports, db: Session) -> list[tuple[str, bytes]]:
    """Take the first set's templates out of photos that await a review; return what was destroyed."""
    row, taken = tables.HeldPhoto, []
    for held in db.scalars(select(row).where(row.state.in_(WAITING)).order_by(row.id)):
        place = f"held_photo.templates:{held.id}"
        whole = templates.opened(ports, place, held.templates)
        others = [one for one in whole if one.engine != FIRST_SET]
        if len(others) < len(whole):
            taken.append((held.id, held.templates))
            held.templates = templates.sealed(ports, place, others)
    return taken


def _finish(ports: Ports, db: Session, row: tables.ModelMigration, gone: str) -> None:
    """Close the move: the proof says what was destroyed, and of whom the set's templates remain."""
    db.execute(
        delete(tables.Template).where(tables.Template.model_set == gone, tables.Template.vector.is_(None))
    )
    left = sets.without(row.new_set if gone == row.old_set else row.old_set).subquery()
    persons = db.scalar(select(func.count()).select_from(left)) or 0
    row.state, row.ended_at = rules.finished(row.state), ports.now()
    row.proof = {
        "model_set": gone,
        "destroyed": row.destroyed,
        "digest": row.digest,
        "persons_left": persons,
    }
    told = {name: str(value) for name, value in row.proof.items()}
    record(ports, db, Entry(WORKER, ActKind.TEMPLATES_DESTROYED, row.id, told))
