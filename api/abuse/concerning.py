"""Which alerts concern an appeal: by its purchase, or by its cashier, shop, phone or insured."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import tables
from models.domain.abuse.alert import ORDER
from models.domain.abuse.handling import AlertState

# Those set aside or dismissed are no longer a reason to look closer.
TOLD = (AlertState.OPEN, AlertState.CONFIRMED)
# A bound on the work: the newest ones.
MOST = 500


def concerning(db: Session, appeals: Sequence[tables.Appeal]) -> dict[str, list[tables.Alert]]:
    """Return the open and the confirmed alerts by appeal, in the order in which they are worth looking at."""
    alert = tables.Alert
    wanted = select(alert).where(alert.state.in_(TOLD)).order_by(alert.last_at.desc()).limit(MOST)
    found = sorted(db.scalars(wanted), key=lambda one: (ORDER.index(one.kind), -one.strength, one.subject))
    return {row.id: [one for one in found if _concerns(one, row)] for row in appeals}


def _concerns(alert: tables.Alert, row: tables.Appeal) -> bool:
    """Tell whether the appeal's purchase is among the alert's cases, or one of its names the subject."""
    shop = row.institution_id
    named = (f"{shop}/{row.cashier_id}", shop, row.openid_index, row.person_id)
    return row.verification_id in alert.cases or alert.subject in named
