"""The ledger of message credits: facts are stored as rows, and folded into credits when read.

WeChat holds the credits, and its reports may arrive twice, late and in any order. So there is no counter: the
key of a fact identifies the reported event, and a second report finds the existing row.
"""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.subscription import Fact, FactKind, Ledger, fold
from wechat.callbacks import SubscribeEvent


def learn(ports: Ports, db: Session, openid_index: str, template_id: str, fact: Fact) -> bool:
    """Store a fact in the caller's transaction; False when it is known already."""
    key = {"openid_index": openid_index, "template_id": template_id, "identity": _identity(fact)}
    if db.scalar(select(tables.SubscriptionFact.id).filter_by(**key)) is not None:
        return False
    db.add(
        tables.SubscriptionFact(
            **key, kind=fact.kind, msg_id=fact.msg_id, happened_at=fact.at, created_at=ports.now()
        )
    )
    db.flush()
    return True


def _identity(fact: Fact) -> str:
    """Return what identifies the reported event: the message id, else WeChat's timestamp in seconds.

    WeChat's subscribe events have no id; WeChat advises to use user and CreateTime.
    """
    return f"{fact.kind}:{fact.msg_id or int(fact.at.timestamp())}"


def from_event(event: SubscribeEvent) -> Fact | None:
    """Return the fact in WeChat's event, or None where it concerns no credits."""
    if event.kind == "sent":
        kind = FactKind.DELIVERED if event.error_code == 0 else FactKind.FAILED
        return Fact(kind, event.created_at, event.msg_id) if event.msg_id else None
    if event.accepted:
        # Changing a setting to "accept" grants no message: only the panel does.
        return Fact(FactKind.ACCEPTED, event.created_at) if event.kind == "popup" else None
    kind = FactKind.DECLINED if event.kind == "popup" else FactKind.SWITCHED_OFF
    return Fact(kind, event.created_at)


def ledgers(ports: Ports, db: Session, openid_indexes: Iterable[str]) -> dict[str, Ledger]:
    """Return each WeChat user's ledger for our template; unknown users have an empty one."""
    row = tables.SubscriptionFact
    ours = row.template_id == ports.settings.wechat_template_id
    facts: dict[str, list[Fact]] = {index: [] for index in openid_indexes}
    if facts:
        for found in db.scalars(select(row).where(ours, row.openid_index.in_(facts))):
            facts[found.openid_index].append(found.fact())
    kind = ports.settings.wechat_template_kind
    return defaultdict(Ledger, {index: fold(known, kind) for index, known in facts.items()})


def ledger(ports: Ports, openid_index: str) -> Ledger:
    """Return one WeChat user's ledger for our template."""
    with ports.database.reading() as db:
        return ledgers(ports, db, [openid_index])[openid_index]


def forget(db: Session, openid_indexes: Iterable[str]) -> None:
    """Delete the ledgers of WeChat users."""
    db.execute(
        delete(tables.SubscriptionFact).where(tables.SubscriptionFact.openid_index.in_(list(openid_indexes)))
    )
