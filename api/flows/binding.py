"""Binding a WeChat user to a person, so that pushes find them."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.flows.identify import Named, identify
from api.flows.scene import User
from api.ports import Ports
from models import tables
from models.domain.errors import Absent, Conflict, Invalid

PERSONS_PER_OPENID = 5
OPENIDS_PER_PERSON = 5


def bind(ports: Ports, user: User, named: Named) -> tables.Binding:
    """Let this WeChat user receive the person's pushes; repeated, it is the same binding."""
    with ports.database.transaction() as db:
        # The phone has no counter: misses are counted against the WeChat user.
        person = identify(ports, named, "phone", user.openid_index)
        earlier = db.scalar(
            _live().where(
                tables.Binding.person_id == person.person_id, tables.Binding.openid_index == user.openid_index
            )
        )
        if earlier is not None:
            return earlier
        _within_limits(db, user, person.person_id)
        binding_id = ports.new_id("bnd")
        row = tables.Binding(
            id=binding_id,
            person_id=person.person_id,
            openid=ports.vault.seal(f"binding.openid:{binding_id}", user.openid),
            openid_index=user.openid_index,
            subscribed=False,
            created_at=ports.now(),
        )
        db.add(row)
        return row


def _live() -> Select[tables.Binding]:
    """Select bindings that have not been revoked."""
    return select(tables.Binding).where(tables.Binding.revoked_at.is_(None))


def _within_limits(db: Session, user: User, person_id: str) -> None:
    """Raise Conflict `too_many_bindings` at five either way."""
    live = select(func.count()).select_from(tables.Binding).where(tables.Binding.revoked_at.is_(None))
    of_user = db.scalar(live.where(tables.Binding.openid_index == user.openid_index)) or 0
    of_person = db.scalar(live.where(tables.Binding.person_id == person_id)) or 0
    if of_user >= PERSONS_PER_OPENID or of_person >= OPENIDS_PER_PERSON:
        raise Conflict("too many bindings; please revoke one first", code="too_many_bindings")


def unbind(ports: Ports, user: User, binding_id: str) -> None:
    """Revoke one of the user's bindings."""
    with ports.database.transaction() as db:
        row = db.get(tables.Binding, binding_id)
        if row is None or row.openid_index != user.openid_index:
            raise Absent
        row.revoked_at = row.revoked_at or ports.now()


def subscribed(ports: Ports, user: User, template_id: str, result: str) -> bool:
    """Note what the phone says of WeChat's panel: a hint for the counter, never a credit."""
    if template_id != ports.settings.wechat_template_id:
        raise Invalid("this is not our template", code="template_unknown")
    with ports.database.transaction() as db:
        for row in db.scalars(_live().where(tables.Binding.openid_index == user.openid_index)):
            row.subscribed = result == "accept"
    return result == "accept"
