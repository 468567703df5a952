"""The limit on purchases that an institution opens: counted in Redis, else read from what it has opened."""

from sqlalchemy import Select, bindparam, func, literal, select

from api.limits import rates
from api.ports import CHINA, Ports
from models import tables
from models.domain.identity.rate import RATES, RateKind

OPENED = "verification.opened"


def _opened() -> Select[int, int]:
    """Return the statement that selects how many were opened this minute, and today as the tallies know."""
    row, tally = tables.Verification, tables.EventTally
    newest = (
        select(literal(1))
        .where(
            row.institution_id == bindparam("by"),
            row.created_at >= bindparam("since", type_=row.created_at.type),
        )
        .limit(RATES[RateKind.CREATE].most)
        .subquery()
    )
    today = select(func.coalesce(func.sum(tally.events), 0)).where(
        tally.day == bindparam("day"), tally.institution_id == bindparam("by"), tally.type == OPENED
    )
    return select(select(func.count()).select_from(newest).scalar_subquery(), today.scalar_subquery())


# Built once, because every purchase asks it where there is no Redis.
_OPENED = _opened()


def take(ports: Ports, institution_id: str) -> None:
    """Raise TooMany, with the seconds to wait, for an institution that opens more than its windows allow.

    Without Redis this costs one statement and no commit: it counts purchases, of which the tallies know all
    but those of the last minute, so requests that came at once may exceed the limit by as many.
    """
    kinds = (RateKind.CREATE, RateKind.CREATES_A_DAY)
    if rates.in_redis(ports, institution_id, *kinds):
        return
    now = ports.now()
    minute = RATES[RateKind.CREATE].begun(now)
    asked = {"by": institution_id, "since": minute, "day": now.astimezone(CHINA).date()}
    with ports.database.reading() as db:
        counts = db.execute(_OPENED, asked).one()
    for kind, count in zip(kinds, counts, strict=True):
        if count >= RATES[kind].most:
            raise rates.too_many(ports, RATES[kind])
