"""What depends on others: deliveries that wait or failed, answers in WeChat, look-ups that found nobody."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from api.watching import reading
from api.watching.daily import ANSWERS, LOOKUPS, PEOPLE
from models import tables
from models.domain.delivery import DeliveryKind, DeliveryState

UNDONE = (
    DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRY, DeliveryState.UNKNOWN,
    DeliveryState.DEAD,
)  # fmt: skip
# Most rows that are read of each state, the newest.
MOST_READ = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries of one kind in one state; `more`: there are more than were read."""

    kind: DeliveryKind
    state: DeliveryState
    number: int
    more: bool
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Stuck:
    """Webhooks of one institution that wait or were given up, and the newest error."""

    shop: str
    number: int
    error: str


@dataclass(frozen=True, slots=True)
class Outside:
    """Deliveries, then by day: people, answers and look-ups by their series."""

    waiting: Sequence[Waiting]
    stuck: Sequence[Stuck]
    people: Mapping[date, Mapping[str, int]]
    answers: Mapping[date, Mapping[str, int]]
    lookups: Mapping[date, Mapping[str, int]]


def outside(ports: Ports, period: int) -> Outside:
    """Return the state of what depends on others."""
    found = reading.days(ports, (PEOPLE, ANSWERS, LOOKUPS), period)
    with ports.database.reading() as db:
        rows = {state: _newest(db, state) for state in UNDONE}
        shop = tables.Institution
        shops = {one.institution_id for some in rows.values() for one in some}
        found_names = db.execute(select(shop.id, shop.name).where(shop.id.in_(shops)))
        named = {row.id: row.name for row in found_names}
    waiting = [one for state, some in rows.items() for one in _waiting(state, some)]
    return Outside(
        waiting, _stuck(rows, named), *(_by_day(found[name]) for name in (PEOPLE, ANSWERS, LOOKUPS))
    )


def _newest(db: Session, state: DeliveryState) -> Sequence[tables.Delivery]:
    row = tables.Delivery
    return db.scalars(
        select(row).where(row.state == state).order_by(row.next_at.desc(), row.id.desc()).limit(MOST_READ)
    ).all()


def _waiting(state: DeliveryState, some: Sequence[tables.Delivery]) -> list[Waiting]:
    kinds = Counter(one.kind for one in some)
    return [
        Waiting(
            kind,
            state,
            number,
            len(some) == MOST_READ,
            min(one.created_at for one in some if one.kind is kind),
        )
        for kind, number in kinds.most_common()
    ]


def _stuck(rows: Mapping[DeliveryState, Sequence[tables.Delivery]], named: Mapping[str, str]) -> list[Stuck]:
    """Return the institutions whose webhooks failed at least once, those with most first."""
    webhooks = [
        one for some in rows.values() for one in some if one.kind is DeliveryKind.WEBHOOK and one.error
    ]
    errors: dict[str, tuple[datetime, str]] = {}
    for one in webhooks:
        errors[one.institution_id] = max(
            errors.get(one.institution_id, (one.created_at, "")),
            (one.last_at or one.created_at, one.error or ""),
        )
    found = Counter(one.institution_id for one in webhooks)
    return [Stuck(named.get(shop, shop), number, errors[shop][1]) for shop, number in found.most_common()]


def _by_day(found: reading.Counts) -> dict[date, dict[str, int]]:
    days: dict[date, dict[str, int]] = {}
    for (day, series, _), counted in found.items():
        days.setdefault(day, {})[series] = counted
    return days
