"""Rules on who must not judge an appeal: the insured, their family, and the institution's staff."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.acts import impartial
from models import tables


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A reviewing account, and the blind index of its owner's document."""

    operator_id: str
    id_index: str


def require(db: Session, reviewer: Reviewer, row: tables.Appeal) -> None:
    """Raise Forbidden for the insured, their family, and staff of the institution."""
    holder = db.get_one(tables.Verification, row.verification_id).cardholder_id
    concerned = {holder, row.person_id or holder}
    impartial.require(db, reviewer.operator_id, concerned, row.institution_id)
