"""Recovery of the amount of a rejected appeal from the insured."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.ports import Ports
from models import tables
from models.domain.console import recovery as rules
from models.domain.console.act import ActKind
from models.domain.console.recovery import RecoveryState
from models.domain.errors import Absent
from models.domain.named import noted

PAGE = 50


@dataclass(frozen=True, slots=True)
class Owed:
    """One recovery with its purchase."""

    row: tables.Recovery
    institution: str
    order_no: str


def open_for(ports: Ports, db: Session, appeal: tables.Appeal) -> None:
    """Open the recovery of a rejected appeal's amount."""
    amount = db.get_one(tables.Verification, appeal.verification_id).amount_fen
    db.add(
        tables.Recovery(
            id=ports.new_id("rcv"),
            appeal_id=appeal.id,
            amount_fen=amount,
            state=RecoveryState.OPEN,
            opened_at=ports.now(),
        )
    )


def listed(ports: Ports, page: int = 0) -> Sequence[Owed]:
    """Return a page of recoveries, newest first."""
    row, verification = tables.Recovery, tables.Verification
    wanted = (
        select(row, tables.Institution.name, verification.order_no)
        .join(tables.Appeal, tables.Appeal.id == row.appeal_id)
        .join(verification, verification.id == tables.Appeal.verification_id)
        .join(tables.Institution, tables.Institution.id == verification.institution_id)
        .order_by(row.opened_at.desc(), row.id)
    )
    with ports.database.reading() as db:
        return [Owed(*one) for one in db.execute(wanted.offset(page * PAGE).limit(PAGE))]


def move(ports: Ports, operator_id: str, recovery_id: str, target: RecoveryState, note: str) -> None:
    """Change a recovery's state, as an act with a note; raises Absent, or Conflict `wrong_state`."""
    note = noted(note)
    with ports.database.transaction() as db:
        row = db.get(tables.Recovery, recovery_id, with_for_update=True)
        if row is None:
            raise Absent("no such recovery")
        row.state = rules.advance(row.state, target)
        if target is RecoveryState.NOTIFIED:
            row.notified_at = ports.now()
        else:
            row.ended_at = ports.now()
        told = {"state": str(target), "note": note}
        record(ports, db, Entry(operator_id, ActKind.RECOVERY_MOVED, recovery_id, told))
