"""Whether a push would reach a person; uses our bindings and credits with any directory of persons."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.base import Base
from models.domain.person import Proof, Push
from models.domain.sandbox import BY_ID, Outcome
from models.domain.subscription import Fact, Ledger, fold

_BINDING, _FACT = (Base.metadata.tables[name].c for name in ("binding", "subscription_fact"))
_OURS = and_(_FACT.openid_index == _BINDING.openid_index, _FACT.template_id == bindparam("template_id"))
# Some persons' bindings in force with every fact about their users; built once, as every purchase asks.
_BOUND = (
    select(
        *(_BINDING.id, _BINDING.person_id, _BINDING.openid_index, _BINDING.proof, _BINDING.created_at),
        *(_FACT.kind, _FACT.happened_at, _FACT.msg_id),
    )
    .select_from(_BINDING.id.table.outerjoin(_FACT.id.table, _OURS))
    .where(_BINDING.person_id.in_(bindparam("person_ids", expanding=True)), _BINDING.revoked_at.is_(None))
)


def pushes(ports: Ports, person_ids: Collection[str]) -> dict[str, Push]:
    """Return for each person whether a push is expected to arrive."""
    with ports.database.reading() as db:
        found = _receivers(ports, db, person_ids)
    return {person_id: _invented(person_id) or _push(found.get(person_id)) for person_id in person_ids}


def _invented(person_id: str) -> Push | None:
    """Return the simulated answer for a sandbox person, who has no WeChat; None for real persons."""
    person = BY_ID.get(person_id)
    if person is None:
        return None
    return Push.NO_CREDIT if person.outcome is Outcome.UNDELIVERABLE else Push.READY


def _push(receiver: tuple[str, Ledger] | None) -> Push:
    if receiver is None:
        return Push.NOT_BOUND
    return Push.READY if receiver[1].ready else Push.NO_CREDIT


def receiver(ports: Ports, person_id: str) -> str | None:
    """Return the index of the WeChat user who receives the person's pushes, or None."""
    with ports.database.reading() as db:
        found = _receivers(ports, db, [person_id]).get(person_id)
    return found[0] if found else None


def openid(ports: Ports, person_id: str, openid_index: str) -> str | None:
    """Return the openid behind a binding that is still in force, or None."""
    row = tables.Binding
    wanted = select(row).where(row.person_id == person_id, row.openid_index == openid_index)
    with ports.database.reading() as db:
        found = db.scalar(wanted.where(row.revoked_at.is_(None)).limit(1))
    return ports.vault.text(f"binding.openid:{found.id}", found.openid) if found else None


def _receivers(ports: Ports, db: Session, person_ids: Collection[str]) -> dict[str, tuple[str, Ledger]]:
    """Return for each person the index of the WeChat user behind the best binding, with that user's ledger.

    Order: bindings with credit, since a push to the others fails; then proven ones, so that knowing a name
    and a number does not divert another's pushes; then the newest.
    """
    asked = {"person_ids": list(person_ids), "template_id": ports.settings.wechat_template_id}
    bound: dict[str, tuple[str, str, bool, datetime]] = {}
    facts: dict[str, list[Fact]] = {}
    for binding_id, person_id, index, proof, created_at, kind, at, msg_id in db.execute(_BOUND, asked):
        bound[binding_id] = person_id, index, proof is not Proof.CLAIMED, created_at
        known = facts.setdefault(binding_id, [])
        if kind is not None:
            known.append(Fact(kind, at, msg_id))
    of_kind = ports.settings.wechat_template_kind
    ledgers = {binding_id: fold(known, of_kind) for binding_id, known in facts.items()}

    def rank(binding_id: str) -> tuple[bool, bool, datetime]:
        _, _, is_proven, created_at = bound[binding_id]
        return ledgers[binding_id].ready, is_proven, created_at

    return {bound[one][0]: (bound[one][1], ledgers[one]) for one in sorted(bound, key=rank)}
