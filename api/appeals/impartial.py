"""Rules on who must not judge an appeal: the insured, their family, and the institution's staff."""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models import tables
from models.domain.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A reviewing account, and the blind index of its owner's document."""

    operator_id: str
    id_index: str


def require(db: Session, reviewer: Reviewer, row: tables.Appeal) -> None:
    """Raise Forbidden for the insured, their family, and staff of the institution."""
    holder = db.get_one(tables.Verification, row.verification_id).cardholder_id
    concerned = {holder, row.person_id or holder}
    self_id = db.scalar(select(tables.Person.id).where(tables.Person.id_index == reviewer.id_index))
    link, staff = tables.FamilyLink, tables.Staff
    related = self_id in concerned or bool(
        self_id
        and db.scalar(
            select(link.id)
            .where(
                or_(
                    and_(link.person_id == self_id, link.relative_id.in_(concerned)),
                    and_(link.relative_id == self_id, link.person_id.in_(concerned)),
                )
            )
            .limit(1)
        )
    )
    serves = select(staff.id).where(
        staff.institution_id == row.institution_id, staff.id_index == reviewer.id_index
    )
    if related or db.scalar(serves.limit(1)):
        raise Forbidden("nobody judges an appeal of their family or their shop", code="not_impartial")
