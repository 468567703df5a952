"""One reviewer's queue of appeals to be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appeals.impartial import Reviewer
from api.ports import Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.console import review as rules


@dataclass(frozen=True, slots=True)
class Waiting:
    """One appeal in the queue; `mine` and `taken` describe the claim, `opinions` counts the verdicts."""

    row: tables.Appeal
    institution: str
    amount_fen: int
    due_at: datetime
    overdue: bool
    mine: bool
    taken: bool
    judged_by_me: bool
    opinions: int
    waits: bool
    flags: tuple[str, ...]


def queue(ports: Ports, reviewer: Reviewer, most: int = 100) -> list[Waiting]:
    """Return the appeals to be judged: those this reviewer can judge first, each by deadline."""
    appeal, verification, shop = tables.Appeal, tables.Verification, tables.Institution
    wanted = (
        select(appeal, shop.name, verification.amount_fen)
        .join(verification, verification.id == appeal.verification_id)
        .join(shop, shop.id == appeal.institution_id)
        .where(appeal.state == AppealState.LODGED)
        .order_by(appeal.created_at)
        .limit(most)
    )
    with ports.database.reading() as db:
        found = db.execute(wanted).all()
        looks = reviews_of(db, [row.id for row, *_ in found])
    made = [_waiting(ports, row, (name, fen), looks.get(row.id, []), reviewer) for row, name, fen in found]
    return sorted(made, key=lambda one: (one.judged_by_me, one.waits))


def _waiting(
    ports: Ports, row: tables.Appeal, of: tuple[str, int], looks: list[tables.Review], reviewer: Reviewer
) -> Waiting:
    """Return one entry of the queue."""
    now, due = ports.now(), rules.due_at(row.created_at)
    active = [one for one in looks if one.verdict is None and not rules.has_lapsed(one.claimed_at, now)]
    concluded = [one.operator_id for one in looks if one.verdict is not None]
    mine = any(one.operator_id == reviewer.operator_id for one in active)
    return Waiting(
        row,
        *of,
        due,
        now >= due,
        mine,
        bool(active) and not mine,
        reviewer.operator_id in concluded,
        len(concluded),
        rules.waits(row.asked_at, row.answered_at, now),
        _flags(row, of[1]),
    )


def _flags(row: tables.Appeal, amount_fen: int) -> tuple[str, ...]:
    """Return the marks shown with an appeal; that it was sampled for a second review stays hidden."""
    marks = {"costly": amount_fen > rules.TWO_ABOVE_FEN, "answered": row.answered_at is not None}
    return tuple(name for name, holds in marks.items() if holds)


def reviews_of(db: Session, appeal_ids: Sequence[str]) -> dict[str, list[tables.Review]]:
    """Return the reviews of some appeals, by appeal, oldest first."""
    row = tables.Review
    found: dict[str, list[tables.Review]] = {}
    wanted = select(row).where(row.appeal_id.in_(appeal_ids)).order_by(row.claimed_at, row.id)
    for one in db.scalars(wanted):
        found.setdefault(one.appeal_id, []).append(one)
    return found
