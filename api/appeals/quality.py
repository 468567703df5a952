"""Quality figures of reviewers: time, agreement, overturned verdicts."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy import select

from api.ports import Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.console.review import Verdict, kappa

LOOKED_BACK = timedelta(days=90)
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Figures:
    """One reviewer's figures: verdicts, median minutes, agreement with co-reviewers, overturned verdicts.

    `together` counts the appeals that others judged too; three verdicts on one are two pairs for `kappa`.
    `kappa` is Cohen's; None with fewer than two shared appeals or where chance alone explains agreement.
    """

    name: str
    verdicts: int
    minutes: float
    together: int
    kappa: float | None
    overturned: int


def figures(ports: Ports) -> list[Figures]:
    """Return figures by reviewer over the newest 1,000 verdicts of the last 90 days."""
    row = tables.Review
    wanted = (
        select(row, tables.Operator.name, tables.Appeal.state)
        .join(tables.Operator, tables.Operator.id == row.operator_id)
        .join(tables.Appeal, tables.Appeal.id == row.appeal_id)
        .where(row.concluded_at > ports.now() - LOOKED_BACK)
        .order_by(row.concluded_at.desc())
        .limit(MOST)
    )
    with ports.database.reading() as db:
        found = [(one, name, state) for one, name, state in db.execute(wanted)]
    by_appeal, by_name = defaultdict(list), defaultdict(list)
    for one, name, state in found:
        by_appeal[one.appeal_id].append(one)
        by_name[name].append((one, state))
    return [_of(name, by_name[name], by_appeal) for name in sorted(by_name)]


def _of(
    name: str,
    given: Sequence[tuple[tables.Review, AppealState]],
    by_appeal: dict[str, list[tables.Review]],
) -> Figures:
    """Return one reviewer's figures."""
    took = [(one.concluded_at - one.claimed_at).total_seconds() / 60 for one, _ in given if one.concluded_at]
    pairs = [
        (one.verdict, other.verdict)
        for one, _ in given
        for other in by_appeal[one.appeal_id]
        if other.operator_id != one.operator_id
    ]
    shared = sum(len(by_appeal[one.appeal_id]) > 1 for one, _ in given)
    ended = {AppealState.UPHELD, AppealState.REJECTED}
    lost = sum(state in ended and str(one.verdict) != str(state) for one, state in given)
    seen = [(a is Verdict.UPHELD, b is Verdict.UPHELD) for a, b in pairs]
    return Figures(name, len(given), median(took) if took else 0.0, shared, kappa(seen), lost)
