"""The opt-in funnel: how many insured can receive messages. Counts only, no names."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.person import Proof
from models.domain.sandbox import ID_PREFIX
from models.domain.subscription import Answer, Fact, FactKind, Ledger, fold

BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of persons, then of WeChat users, then of messages.

    `said_yes` counts what phones reported; if it is far above `allowed`, WeChat's events do not arrive.
    """

    persons: int
    bound: int
    vouched: int
    said_yes: int
    allowed: int
    with_credit: int
    declined: int
    taken: int
    delivered: int
    failed: int
    refused: int


def funnel(ports: Ports) -> Funnel:
    """Return the counts of the whole installation for our template."""
    with ports.database.reading() as db:
        users, messages = _ledgers(ports, db)
        return Funnel(
            persons=_persons(db),
            bound=_bound(db),
            vouched=_bound(db, tables.Binding.proof != Proof.CLAIMED),
            said_yes=_said_yes(db),
            allowed=users["allowed"],
            with_credit=users["ready"],
            declined=users["declined"],
            **{kind: messages[kind] for kind in ("taken", "delivered", "failed", "refused")},
        )


def reached(db: Session) -> dict[str, int]:
    """Return how many persons there are, are bound to a WeChat user, and whose phone allows messages."""
    return {"persons": _persons(db), "bound": _bound(db), "agreed": _bound(db, tables.Binding.subscribed)}


def _persons(db: Session) -> int:
    """Return the number of real (not sandbox) persons."""
    invented = tables.Person.id.startswith(ID_PREFIX, autoescape=True)
    return db.scalar(select(func.count()).select_from(tables.Person).where(~invented)) or 0


def _bound(db: Session, *conditions: object) -> int:
    """Return the number of persons with a live binding."""
    persons = select(func.count(func.distinct(tables.Binding.person_id)))
    return db.scalar(persons.where(tables.Binding.revoked_at.is_(None), *conditions)) or 0  # type: ignore[arg-type]


def _said_yes(db: Session) -> int:
    """Return the number of WeChat users whose phone last reported that they allowed a message."""
    users = select(func.count(func.distinct(tables.Binding.openid_index)))
    return db.scalar(users.where(tables.Binding.revoked_at.is_(None), tables.Binding.subscribed)) or 0


def _ledgers(ports: Ports, db: Session) -> tuple[Counter[str], Counter[str]]:
    """Return how many WeChat users reached each step, and how many messages ended in each way."""
    users, messages = Counter[str](), Counter[str]()
    for _, rows in groupby(_facts(ports, db), key=lambda row: row.openid_index):
        facts = [row.fact() for row in rows]
        messages.update(fact.kind.value for fact in facts)
        users.update(_standing(facts, fold(facts, ports.settings.wechat_template_kind)))
    return users, messages


def _standing(facts: list[Fact], ledger: Ledger) -> Iterator[str]:
    """Yield the steps that one WeChat user has reached."""
    if any(fact.kind is FactKind.ACCEPTED for fact in facts):
        yield "allowed"
    if ledger.ready:
        yield "ready"
    if ledger.answer in (Answer.DECLINED, Answer.SWITCHED_OFF):
        yield "declined"


def _facts(ports: Ports, db: Session) -> Iterator[tables.SubscriptionFact]:
    """Yield our template's facts grouped by WeChat user, streamed from the database."""
    row = tables.SubscriptionFact
    ours = select(row).where(row.template_id == ports.settings.wechat_template_id)
    yield from db.scalars(ours.order_by(row.openid_index, row.id).execution_options(yield_per=BATCH))
