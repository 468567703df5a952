"""Issues the six digits that the cashier's PC shows to a phone at the counter."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.ports import Ports
from api.verification.lifecycle import locked
from models import tables
from models.domain.errors import Conflict

DIGITS = 6
LIFE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Shown:
    """The digits to show, once; only their blind index is stored."""

    till_code: str
    expires_at: datetime


def issue(ports: Ports, institution_id: str, verification_id: str) -> Shown:
    """Return a new code for persons of the card-holder's network; it voids the verification's older one."""
    with ports.database.transaction() as db:
        case = locked(ports, db, institution_id, verification_id)
        if not case.is_open:
            raise Conflict("this verification is over", code="verification_ended")
        shown = Shown(ports.random.digits(DIGITS), ports.now() + LIFE)
        row = db.get(tables.TillCode, verification_id) or tables.TillCode(verification_id=verification_id)
        row.code_index, row.expires_at = ports.vault.index("till_code", shown.till_code), shown.expires_at
        row.binding_id = None
        db.add(row)
        return shown
