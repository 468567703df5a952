"""Binds a WeChat user to a person, so that pushes reach them."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.contacts import till_codes
from api.directory.identify import PHONES, Named, identify
from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain.attempt import Channel
from models.domain.errors import Absent, Conflict, Invalid
from models.domain.person import Proof, User

PERSONS_PER_OPENID = 5
OPENIDS_PER_PERSON = 5


def bind(ports: Ports, user: User, named: Named, till_code: str | None = None) -> tables.Binding:
    """Let this WeChat user receive the person's pushes; idempotent.

    With the counter's six digits the proof is `till`, else `claimed`. Raises Invalid `till_code_wrong`,
    TooMany `till_code_locked`, Conflict `till_code_used` and `too_many_bindings`.
    """
    with ports.database.transaction() as db:
        # A phone has no counter, so its misses are counted against the WeChat user.
        person = identify(ports, db, named, PHONES, user.openid_index)
        code = (
            till_codes.redeem(ports, db, user, person.person_id, till_code) if till_code is not None else None
        )
        mine = _live().where(tables.Binding.openid_index == user.openid_index)
        row = db.scalar(mine.where(tables.Binding.person_id == person.person_id))
        if row is None:
            _within_limits(db, user, person.person_id)
            row = _row(ports, user, person.person_id)
            db.add(row)
        if code is not None:
            _vouch(row, code)
        return row


def _row(ports: Ports, user: User, person_id: str) -> tables.Binding:
    """Return a new binding with the proof `claimed` (name and number typed)."""
    binding_id = ports.new_id("bnd")
    return tables.Binding(
        id=binding_id,
        person_id=person_id,
        openid=ports.vault.seal(f"binding.openid:{binding_id}", user.openid),
        openid_index=user.openid_index,
        proof=Proof.CLAIMED,
        subscribed=False,
        created_at=ports.now(),
    )


def _vouch(row: tables.Binding, code: tables.TillCode) -> None:
    """Use the code up for this binding; idempotent for the same binding."""
    if code.binding_id not in (None, row.id):
        raise Conflict("these digits have been used", code="till_code_used")
    code.binding_id = row.id
    if row.proof is Proof.CLAIMED:
        row.proof = Proof.TILL


def proven_by_face(db: Session, attempt: tables.Attempt) -> None:
    """Set the proof `face` where the person has passed on the phone of one of their bindings."""
    if attempt.channel is not Channel.PUSH:
        return
    theirs = _live().where(tables.Binding.person_id == attempt.person_id)
    for row in db.scalars(theirs.where(tables.Binding.openid_index == attempt.owner_index)):
        row.proof = Proof.FACE


def _live() -> Select[tables.Binding]:
    """Select bindings that have not been revoked."""
    return select(tables.Binding).where(tables.Binding.revoked_at.is_(None))


def _within_limits(db: Session, user: User, person_id: str) -> None:
    """Raise Conflict `too_many_bindings` at five bindings of the user or of the person."""
    hold(db, f"bindings of {user.openid_index}", f"bindings of {person_id}")
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


def revoke(ports: Ports, db: Session, binding_id: str) -> None:
    """Revoke any user's binding, for an administrator; raises Absent, or Conflict where it is revoked."""
    row = db.get(tables.Binding, binding_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Absent("no such binding")
    if row.revoked_at is not None:
        raise Conflict("this binding is over", code="wrong_state")
    row.revoked_at = ports.now()


def told(ports: Ports, user: User, template_id: str, result: str) -> bool:
    """Record the phone's report on WeChat's panel: it counts in the operator's funnel, never as a credit."""
    accepted = result in ("accept", "acceptWithAudio")
    if template_id and template_id == ports.settings.wechat_agent_template_id:
        return accepted
    if template_id != ports.settings.wechat_template_id:
        raise Invalid("this is not our template", code="template_unknown")
    with ports.database.transaction() as db:
        for row in db.scalars(_live().where(tables.Binding.openid_index == user.openid_index)):
            row.subscribed = accepted
    return accepted
