"""Recovery of the amount of a rejected appeal from the insured."""

from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.ports import Ports
from models import tables
from models.domain.console import recovery as rules
from models.domain.console.act import ActKind
from models.domain.console.recovery import RecoveryState
from models.domain.errors import Absent
from models.domain.named import noted


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


def move(ports: Ports, operator_id: str, recovery_id: str, target: RecoveryState, note: str) -> None:
    """Change a recovery's state, as an act with a note; raises Absent, or Conflict `wrong_state`."""
    note = noted(note)
    with ports.database.transaction() as db:
        row = db.get(tables.Recovery, recovery_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise Absent("no such recovery")
        row.state = rules.advance(row.state, target)
        if target is RecoveryState.NOTIFIED:
            row.notified_at = ports.now()
        else:
            row.ended_at = ports.now()
        told = {"state": str(target), "note": note}
        record(ports, db, Entry(operator_id, ActKind.RECOVERY_MOVED, recovery_id, told))
