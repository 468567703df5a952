"""Whether a push would reach a person; uses our bindings and credits with any directory of persons."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.contacts.credits import ledgers
from api.ports import Ports
from models import tables
from models.domain.person import Proof, Push
from models.domain.sandbox import BY_ID, Outcome
from models.domain.subscription import Ledger


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


def _push(receiver: tuple[tables.Binding, Ledger] | None) -> Push:
    if receiver is None:
        return Push.NOT_BOUND
    return Push.READY if receiver[1].ready else Push.NO_CREDIT


def receiver(ports: Ports, person_id: str) -> str | None:
    """Return the index of the WeChat user who receives the person's pushes, or None."""
    with ports.database.reading() as db:
        found = _receivers(ports, db, [person_id]).get(person_id)
    return found[0].openid_index if found else None


def openid(ports: Ports, person_id: str, openid_index: str) -> str | None:
    """Return the openid behind a binding that is still in force, or None."""
    row = tables.Binding
    wanted = select(row).where(row.person_id == person_id, row.openid_index == openid_index)
    with ports.database.reading() as db:
        found = db.scalar(wanted.where(row.revoked_at.is_(None)).limit(1))
    return ports.vault.text(f"binding.openid:{found.id}", found.openid) if found else None


def _receivers(
    ports: Ports, db: Session, person_ids: Collection[str]
) -> dict[str, tuple[tables.Binding, Ledger]]:
    """Return each person's best binding with its ledger.

    Order: bindings with credit, since a push to the others fails; then proven ones, so that knowing a name
    and a number does not divert another's pushes; then the newest.
    """
    row = tables.Binding
    rows = db.scalars(select(row).where(row.person_id.in_(person_ids), row.revoked_at.is_(None))).all()
    known = ledgers(ports, db, {one.openid_index for one in rows})

    def rank(one: tables.Binding) -> tuple[bool, bool, datetime]:
        return known[one.openid_index].ready, one.proof is not Proof.CLAIMED, one.created_at

    return {one.person_id: (one, known[one.openid_index]) for one in sorted(rows, key=rank)}
