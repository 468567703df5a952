"""The last 90 days of an appeal's insured, phone, cashier and shop, in tries and appeals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.decision import Outcome

LOOKED_BACK = timedelta(days=90)
LAST = 200


@dataclass(frozen=True, slots=True)
class Past:
    """Tries that passed, that failed and that did not count (not filmed clearly), and appeals lodged."""

    passed: int
    failed: int
    uncounted: int
    appeals: int


def past(ports: Ports, db: Session, row: tables.Appeal, attempt: tables.Attempt) -> dict[str, Past]:
    """Return the history of all four; for shop and cashier over the shop's last purchases only."""
    appeal, tried = tables.Appeal, tables.Attempt
    since = ports.now() - LOOKED_BACK
    here = appeal.institution_id == row.institution_id
    of_shop = _last_tries(db, row.institution_id, since)
    outcomes = {
        "person": _tries(db, tried.person_id == attempt.person_id, since),
        "phone": _tries(db, tried.owner_index == row.openid_index, since),
        "cashier": [outcome for cashier, outcome in of_shop if cashier == row.cashier_id],
        "shop": [outcome for _, outcome in of_shop],
    }
    whose = {
        "person": appeal.person_id == row.person_id,
        "phone": appeal.openid_index == row.openid_index,
        "cashier": here & (appeal.cashier_id == row.cashier_id),
        "shop": here,
    }
    lodged = _appeals(db, whose, since)
    return {who: _counted(some, lodged[who]) for who, some in outcomes.items()}


def _counted(some: Sequence[Outcome], appeals: int) -> Past:
    passed, failed, retry = (some.count(one) for one in (Outcome.PASSED, Outcome.FAILED, Outcome.RETRY))
    return Past(passed, failed, retry, appeals)


def _tries(db: Session, of: ColumnElement[bool], since: datetime) -> list[Outcome]:
    """Return the outcomes of a person's or a phone's last tries."""
    decision, attempt = tables.Decision, tables.Attempt
    wanted = select(decision.outcome).join(attempt, attempt.id == decision.attempt_id)
    newest = wanted.where(of, attempt.created_at > since).order_by(attempt.created_at.desc()).limit(LAST)
    return list(db.scalars(newest))


def _last_tries(db: Session, institution_id: str, since: datetime) -> list[tuple[str, Outcome]]:
    """Return cashier and outcome of the tries in a shop's last purchases."""
    decision, attempt, verification = tables.Decision, tables.Attempt, tables.Verification
    last = (
        select(verification.id, verification.cashier_id)
        .where(verification.institution_id == institution_id, verification.created_at > since)
        .order_by(verification.created_at.desc())
        .limit(LAST)
        .subquery()
    )
    wanted = (
        select(last.c.cashier_id, decision.outcome)
        .join(attempt, attempt.verification_id == last.c.id)
        .join(decision, decision.attempt_id == attempt.id)
    )
    return [(cashier, outcome) for cashier, outcome in db.execute(wanted)]


def _appeals(db: Session, whose: Mapping[str, ColumnElement[bool]], since: datetime) -> dict[str, int]:
    """Return the number of appeals of each, in one statement."""
    counted = select(func.count()).select_from(tables.Appeal).where(tables.Appeal.created_at > since)
    found = db.execute(select(*(counted.where(of).scalar_subquery() for of in whose.values()))).one()
    return dict(zip(whose, found, strict=True))
