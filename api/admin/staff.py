"""The staff of an institution: registered by an administrator, bound to a WeChat user, on duty or not."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from api.limits.guesses import guessed
from api.ports import Ports
from models import tables
from models.domain.errors import Absent, Conflict, Invalid, Refusal
from models.domain.identity.guess import GuessKind
from models.domain.identity.idnumber import IdNumber
from models.domain.named import named
from models.domain.person import User
from models.domain.shift import Duty

DIGITS = 10
CODE_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff to register; without an openid they bind their WeChat with a one-time code."""

    name: str
    openid: str | None = None
    duty: Duty = field(default_factory=Duty)
    document: IdNumber | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """The registered member, and the one-time code where one is needed (not stored)."""

    staff_id: str
    code: str | None


def add(ports: Ports, institution_id: str, member: Member) -> Named:
    """Register staff who may open the institution's codes; idempotent for the same openid."""
    index = ports.vault.index("openid", member.openid) if member.openid else None
    with ports.database.transaction() as db:
        if db.get(tables.Institution, institution_id) is None:
            raise Absent("no such institution")
        row = db.scalar(_bound(institution_id, index)) if index else None
        if row is None:
            row = tables.Staff(
                id=ports.new_id("stf"),
                institution_id=institution_id,
                openid_index=index,
                created_at=ports.now(),
            )
            db.add(row)
        row.name = ports.vault.seal(f"staff.name:{row.id}", named(member.name, 50))
        row.revoked_at = None
        _appoint(ports, row, member.duty, member.document)
        return Named(row.id, None if index else _invite(ports, row))


def _bound(institution_id: str, openid_index: str) -> Select[tables.Staff]:
    """Select the institution's member of staff with this WeChat."""
    row = tables.Staff
    return select(row).where(row.institution_id == institution_id, row.openid_index == openid_index)


def _appoint(ports: Ports, row: tables.Staff, duty: Duty, document: IdNumber | None) -> None:
    """Set shifts and counters, and the document by which the person is recognised as an agent."""
    row.shifts, row.counters = [str(shift) for shift in duty.shifts], list(duty.counters)
    if document is not None:
        row.id_index = ports.vault.index("id_number", document.key)


def _invite(ports: Ports, row: tables.Staff) -> str:
    """Return a new one-time code; only its blind index is stored."""
    code = ports.random.digits(DIGITS)
    row.code_index, row.code_expires_at = ports.vault.index("staff_code", code), ports.now() + CODE_LIFE
    return code


def change(ports: Ports, staff_id: str, duty: Duty, document: IdNumber | None = None) -> tables.Staff:
    """Replace a member's shifts and counters, effective at once."""
    with ports.database.transaction() as db:
        row = _found(db.get(tables.Staff, staff_id))
        _appoint(ports, row, duty, document)
        return row


def remove(ports: Ports, staff_id: str) -> None:
    """Revoke a member's right to open codes and to continue opened ones, effective at once."""
    with ports.database.transaction() as db:
        row = _found(db.get(tables.Staff, staff_id))
        row.revoked_at = row.revoked_at or ports.now()
        row.code_index = row.code_expires_at = None


def members(ports: Ports, institution_id: str) -> list[tuple[tables.Staff, str]]:
    """Return an institution's staff with their names, in order of registration."""
    wanted = select(tables.Staff).where(tables.Staff.institution_id == institution_id)
    with ports.database.reading() as db:
        rows = db.scalars(wanted.order_by(tables.Staff.created_at, tables.Staff.id))
        return [(row, name(ports, row)) for row in rows]


def name(ports: Ports, row: tables.Staff) -> str:
    """Return a member's name."""
    return ports.vault.text(f"staff.name:{row.id}", row.name)


def claim(ports: Ports, user: User, code: str) -> tuple[tables.Staff, tables.Institution]:
    """Bind this WeChat user to the member of staff who got the code; idempotent.

    Raises Invalid `staff_code_wrong` and counts the miss, TooMany `staff_code_locked`, or Conflict
    `already_staff`.
    """
    with ports.database.transaction() as db:
        misses = guessed(ports, db, GuessKind.STAFF_CODE, user.openid_index)
        row = _invited(ports, db, user, code)
        if row is None:
            misses.missed += 1
            raise _wrong()
        other = db.scalar(_bound(row.institution_id, user.openid_index))
        if other is not None and other.id != row.id:
            _release(db, other)
        row.openid_index = user.openid_index
        return row, db.get_one(tables.Institution, row.institution_id)


def _release(db: Session, other: tables.Staff) -> None:
    """Free the WeChat user of a removed member, or raise Conflict `already_staff`."""
    if other.revoked_at is None:
        raise Conflict("this WeChat is already bound to a member of staff here", code="already_staff")
    other.openid_index = None
    db.flush()


def _invited(ports: Ports, db: Session, user: User, code: str) -> tables.Staff | None:
    """Return the member with this unexpired code, unless another WeChat user has used it."""
    index = ports.vault.index("staff_code", code)
    wanted = select(tables.Staff).where(tables.Staff.code_index == index).with_for_update()
    row = db.scalar(wanted, execution_options={"populate_existing": True})
    if row is None or row.code_expires_at is None or ports.now() >= row.code_expires_at:
        return None
    return row if row.openid_index in (None, user.openid_index) else None


def _found(row: tables.Staff | None) -> tables.Staff:
    if row is None:
        raise Absent("no such member of staff")
    return row


def _wrong() -> Refusal:
    refusal = Invalid("this code is not valid; please ask for a new one", code="staff_code_wrong")
    refusal.remember = True
    return refusal
