"""The staff of an institution: named by an administrator, bound to a WeChat, on duty or not."""

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
    """Whom an administrator names; without an openid they bind their WeChat by a code."""

    name: str
    openid: str | None = None
    duty: Duty = field(default_factory=Duty)
    document: IdNumber | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """Who is named now, and the code to bind their WeChat with where one is needed; it is not kept."""

    staff_id: str
    code: str | None


def add(ports: Ports, institution_id: str, member: Member) -> Named:
    """Let somebody open the institution's codes; an openid given again is the same member of staff."""
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
    """Say when and where somebody serves, and by which document they would be known as an agent."""
    row.shifts, row.counters = [str(shift) for shift in duty.shifts], list(duty.counters)
    if document is not None:
        row.id_index = ports.vault.index("id_number", document.key)


def _invite(ports: Ports, row: tables.Staff) -> str:
    """Return a new code to bind a WeChat with; only its index is kept."""
    code = ports.random.digits(DIGITS)
    row.code_index, row.code_expires_at = ports.vault.index("staff_code", code), ports.now() + CODE_LIFE
    return code


def change(ports: Ports, staff_id: str, duty: Duty, document: IdNumber | None = None) -> tables.Staff:
    """Replace somebody's shifts and counters, from now on."""
    with ports.database.transaction() as db:
        row = _found(db.get(tables.Staff, staff_id))
        _appoint(ports, row, duty, document)
        return row


def remove(ports: Ports, staff_id: str) -> None:
    """Take the right to open codes back, and that to go on with one already opened; at once."""
    with ports.database.transaction() as db:
        row = _found(db.get(tables.Staff, staff_id))
        row.revoked_at = row.revoked_at or ports.now()
        row.code_index = row.code_expires_at = None


def members(ports: Ports, institution_id: str) -> list[tuple[tables.Staff, str]]:
    """Return an institution's staff with their names, in the order they were named."""
    wanted = select(tables.Staff).where(tables.Staff.institution_id == institution_id)
    with ports.database.reading() as db:
        rows = db.scalars(wanted.order_by(tables.Staff.created_at, tables.Staff.id))
        return [(row, name(ports, row)) for row in rows]


def name(ports: Ports, row: tables.Staff) -> str:
    """Return somebody's name."""
    return ports.vault.text(f"staff.name:{row.id}", row.name)


def claim(ports: Ports, user: User, code: str) -> tuple[tables.Staff, tables.Institution]:
    """Bind this WeChat to the member of staff the code was given to; repeated, it changes nothing.

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
    """Free the WeChat of somebody removed, or raise Conflict `already_staff`."""
    if other.revoked_at is None:
        raise Conflict("this WeChat is already bound to a member of staff here", code="already_staff")
    other.openid_index = None
    db.flush()


def _invited(ports: Ports, db: Session, user: User, code: str) -> tables.Staff | None:
    """Return whose unexpired code this is, unless another WeChat has used it."""
    index = ports.vault.index("staff_code", code)
    row = db.scalar(select(tables.Staff).where(tables.Staff.code_index == index).with_for_update())
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
