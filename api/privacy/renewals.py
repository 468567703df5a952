"""Ends renewals of references: what expired or was declined is destroyed, and the destruction verified."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry
from api.acts.ledger import record as note
from api.directory import replaced
from api.ports import Ports
from api.verification import case as cases
from api.verification.case import Case
from api.verification.record import Change, record
from models import tables
from models.domain.console import renewal as rules
from models.domain.console.act import ActKind
from models.domain.console.renewal import RenewalState
from models.domain.identity.held import HeldState
from models.objects import StoreUnavailable

BATCH = 500
UNANSWERED = (HeldState.PENDING, HeldState.OFFERED)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account's id, `worker` or `insured`, the latter with their openid."""

    name: str
    openid: str | None = None


BY_WORKER = Actor("worker")

log = structlog.get_logger()


def sweep(ports: Ports) -> None:
    """End every renewal whose time is over, and destroy the photos that nothing needs any more."""
    row = tables.Renewal
    with ports.database.reading() as db:
        due = select(row.id).where(row.due_at.is_not(None), row.due_at <= ports.now())
        found = list(db.scalars(due.order_by(row.due_at).limit(BATCH)))
    for renewal_id in found:
        settle(ports, renewal_id)


def settle(ports: Ports, renewal_id: str) -> None:
    """Do what is due of one renewal; idempotent, and repeated by the sweep until the store is empty."""
    with ports.database.transaction() as db:
        row, case = locked(ports, db, renewal_id)
        _expire(ports, case, row)
        owed = list(row.owed)
        if not owed and row.due_at is not None and row.due_at <= ports.now():
            row.due_at = None
    if owed and _destroyed(ports, owed):
        with ports.database.transaction() as db:
            row, _ = locked(ports, db, renewal_id)
            if row.owed == owed:
                row.owed, row.due_at, row.destroyed_at = [], None, ports.now()
                told = {"objects": str(len(owed))}
                note(ports, db, Entry(BY_WORKER.name, ActKind.RENEWAL_DESTROYED, row.appeal_id, told))


def locked(ports: Ports, db: Session, renewal_id: str) -> tuple[tables.Renewal, Case]:
    """Return a renewal with its verification, locked in the order in which everybody locks them."""
    row, appeal = tables.Renewal, tables.Appeal
    mine = select(appeal.verification_id).join(row, row.appeal_id == appeal.id).where(row.id == renewal_id)
    case = cases.current(ports, db, db.scalars(mine).one())
    return db.get_one(row, renewal_id, with_for_update=True, populate_existing=True), case


def end(ports: Ports, case: Case, row: tables.Renewal, state: RenewalState, actor: Actor = BY_WORKER) -> None:
    """End a renewal without a new reference: its photo is owed to the deletion."""
    row.state = rules.advance(row.state, state)
    row.ended_at = row.due_at = ports.now()
    row.owed = [*row.owed, *_withdrawn(ports, case.db, row)]
    tell(ports, case, row, ActKind.RENEWAL_ENDED, actor)


def tell(ports: Ports, case: Case, row: tables.Renewal, kind: ActKind, actor: Actor) -> None:
    """Record a renewal's new state as an event of the appeal's verification and as an act."""
    attempt_id = case.db.get_one(tables.Appeal, row.appeal_id).attempt_id
    said = {"actor": actor.name, "openid": actor.openid}
    change = Change(f"renewal.{row.state}", case.attempt(attempt_id), private=said)
    record(ports, case.db, case.verification, change)
    note(ports, case.db, Entry(actor.name, kind, row.appeal_id, {"state": str(row.state)}))


def forget_person(ports: Ports, db: Session, person_id: str) -> list[str]:
    """End a person's renewals for an erasure; return the keys of the photos that it is to delete."""
    mine = select(tables.Renewal.id).where(tables.Renewal.person_id == person_id)
    keys = []
    for renewal_id in db.scalars(mine.order_by(tables.Renewal.id)).all():
        row, case = locked(ports, db, renewal_id)
        _forget(ports, row, case)
        keys += row.owed
        row.owed = []
    return keys


def forget_attempt(ports: Ports, db: Session, attempt_id: str) -> list[str]:
    """End the renewal by a frame of this attempt, whose consent is withdrawn; return it, to be settled.

    After a yes the new reference stays, since that answer was its own; the replaced ones are destroyed.
    """
    row, appeal = tables.Renewal, tables.Appeal
    mine = select(row.id).join(appeal, appeal.id == row.appeal_id).where(appeal.attempt_id == attempt_id)
    found = db.scalars(mine).all()
    for renewal_id in found:
        one, case = locked(ports, db, renewal_id)
        _forget(ports, one, case)
        one.owed, one.due_at = [*one.owed, *replaced.drop(db, one.displaced)], ports.now()
    return list(found)


def _forget(ports: Ports, row: tables.Renewal, case: Case) -> None:
    if row.state in rules.PENDING:
        end(ports, case, row, RenewalState.ERASED)
    elif row.state is RenewalState.ACCEPTED:
        row.until = min(row.until, ports.now())
        row.due_at = row.due_at and row.until


def _expire(ports: Ports, case: Case, row: tables.Renewal) -> None:
    """Apply the end of a renewal's time: no answer came, or nobody took a yes back."""
    if ports.now() < row.until:
        return
    if row.state in rules.PENDING:
        end(ports, case, row, RenewalState.EXPIRED)
    elif row.state is RenewalState.ACCEPTED:
        row.owed = [*row.owed, *replaced.drop(case.db, row.displaced)]


def _withdrawn(ports: Ports, db: Session, row: tables.Renewal) -> Sequence[str]:
    """Refuse the frame that was to be chosen or answered; return its key."""
    photo = tables.HeldPhoto
    mine = select(photo).where(photo.import_id == row.id, photo.state.in_(UNANSWERED)).with_for_update()
    found = db.scalars(mine, execution_options={"populate_existing": True}).all()
    for held in found:
        held.state, held.templates, held.decided_at = HeldState.REFUSED, b"", ports.now()
    return [held.photo_key for held in found]


def _destroyed(ports: Ports, keys: Sequence[str]) -> bool:
    """Delete photos; tell whether the store confirms that none is left."""
    try:
        ports.objects.delete(keys)
        return not any(ports.objects.head(key) for key in keys)
    except StoreUnavailable as error:
        log.warning("removal_put_off", kind=str(error))
        return False
