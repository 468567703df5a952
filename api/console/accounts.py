"""Console accounts: invitation by an administrator, activation by the owner, removal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hmac import compare_digest

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain.console.act import ActKind
from models.domain.console.operator import INVITATION, PASSWORD_MAX, PASSWORD_MIN, RECOVERY_CODES, Role
from models.domain.errors import Absent, Busy, Conflict, Forbidden, Invalid
from models.domain.identity.idnumber import IdNumber
from models.vault import digest

NAME = re.compile(r"[a-z][a-z0-9.-]{1,31}")
STEP_S = 30


@dataclass(frozen=True, slots=True)
class Invited:
    """A new account and its invitation token, of which only the hash is stored."""

    operator_id: str
    token: str


@cache
def hasher() -> PasswordHasher:
    """Return the argon2id hasher (RFC 9106, low-memory profile of argon2-cffi)."""
    return PasswordHasher()


def invite(ports: Ports, actor: str, name: str, role: Role, document: IdNumber) -> Invited:
    """Add an account, or reactivate the same person's removed one without its password and codes.

    Raises Invalid for a bad name, Conflict where the person or the name already has an account.
    """
    if not NAME.fullmatch(name):
        raise Invalid("a name is 2–32 of a–z, 0–9, dot and hyphen, and begins with a letter")
    index, token = ports.vault.index("id_number", document.key), ports.random.token(43)
    with ports.database.transaction() as db:
        hold(db, "operators")
        row = _free(ports, db, name, index)
        row.name, row.role, row.removed_at = name, role, None
        row.password_hash, row.recovery_hashes, row.code_step = None, [], 0
        row.code_secret = ports.vault.seal(f"operator.code_secret:{row.id}", pyotp.random_base32())
        row.invitation_hash, row.invited_until = digest(token), ports.now() + INVITATION
        db.add(row)
        db.flush()
        record(ports, db, Entry(actor, ActKind.ACCOUNT_INVITED, row.id, {"name": name, "role": role}))
        return Invited(row.id, token)


def _free(ports: Ports, db: Session, name: str, index: str) -> tables.Operator:
    """Return a new account, or the person's removed one; raises Conflict where person or name is taken."""
    row = tables.Operator
    theirs = db.scalar(select(row).where(row.id_index == index))
    namesake = db.scalar(select(row.id).where(row.name == name, row.id_index != index))
    if namesake or (theirs is not None and theirs.removed_at is None):
        raise Conflict("this name, or this person, has an account", code="operator_exists")
    return theirs or tables.Operator(id=ports.new_id("opr"), id_index=index, created_at=ports.now())


def invited(ports: Ports, db: Session, token: str) -> tables.Operator:
    """Return the account of an unused invitation, or raise Absent."""
    wanted = select(tables.Operator).where(tables.Operator.invitation_hash == digest(token))
    row = db.scalar(wanted)
    if row is None or row.removed_at or row.invited_until is None or ports.now() >= row.invited_until:
        raise Absent("this invitation is used or over")
    return row


def join(ports: Ports, token: str, password: str, code: str) -> tuple[str, ...]:
    """Set the password of an invited account; return its recovery codes, which cannot be read again.

    Raises Invalid for a weak password or a wrong one-time code, Absent for a used invitation.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX or len(set(password)) < 5:
        raise Invalid("a password has 12–128 characters, five different ones", code="password_weak")
    hashed, recovery = hasher().hash(password), tuple(ports.random.token(12) for _ in range(RECOVERY_CODES))
    with ports.database.transaction() as db:
        hold(db, "operators")
        row = invited(ports, db, token)
        step = step_of(ports, row, code)
        if step is None:
            raise Invalid("the one-time code does not fit", code="code_wrong")
        row.password_hash, row.code_step = hashed, step
        row.recovery_hashes = [digest(one) for one in recovery]
        row.invitation_hash = row.invited_until = None
        record(ports, db, Entry(row.id, ActKind.ACCOUNT_JOINED, row.id))
    return recovery


def remove(ports: Ports, actor: str, operator_id: str) -> None:
    """Remove an account and end its sessions; raises Absent, or Conflict for one's own."""
    if actor == operator_id:
        raise Conflict("nobody removes their own account", code="own_account")
    with ports.database.transaction() as db:
        row = db.get(tables.Operator, operator_id)
        if row is None:
            raise Absent("no such account")
        if row.removed_at is None:
            row.removed_at = ports.now()
            end_sessions(db, operator_id)
            record(ports, db, Entry(actor, ActKind.ACCOUNT_REMOVED, operator_id))


def everybody(db: Session) -> Sequence[tables.Operator]:
    """Return all accounts ordered by name, removed ones last."""
    row = tables.Operator
    return db.scalars(select(row).order_by(row.removed_at.is_not(None), row.name)).all()


def administrators(db: Session) -> Sequence[tables.Operator]:
    """Return the administrators who can sign in."""
    row = tables.Operator
    able = row.role == Role.ADMINISTRATOR, row.removed_at.is_(None), row.password_hash.is_not(None)
    return db.scalars(select(row).where(*able)).all()


def names(ports: Ports) -> dict[str, str]:
    """Return the names of all accounts by id."""
    with ports.database.reading() as db:
        return {row.id: row.name for row in everybody(db)}


def end_sessions(db: Session, operator_id: str) -> None:
    """End every session of an account."""
    row = tables.OperatorSession
    db.execute(delete(row).where(row.operator_id == operator_id))


def secret_of(ports: Ports, row: tables.Operator) -> pyotp.TOTP:
    """Return the account's TOTP generator (RFC 6238: six digits, 30 s, SHA-1)."""
    return pyotp.TOTP(ports.vault.text(f"operator.code_secret:{row.id}", row.code_secret), interval=STEP_S)


def step_of(ports: Ports, row: tables.Operator, code: str) -> int | None:
    """Return the TOTP step of the code, within one step of now; None for a wrong or used code."""
    typed, codes = "".join(code.split()).encode(), secret_of(ports, row)
    now = int(ports.now().timestamp()) // STEP_S
    fits = [
        step for step in (now, now - 1, now + 1) if compare_digest(codes.at(step * STEP_S).encode(), typed)
    ]
    return next((step for step in fits if step > row.code_step), None)


def next_code(ports: Ports, operator_id: str) -> str:
    """Return a one-time code of an account of the demo that is good now and not used yet.

    Raises Forbidden outside the demo, Absent where there is no such account, and Busy where the codes of now
    and of the next half minute are used.
    """
    if not ports.settings.demo:
        raise Forbidden("codes are on their owner's phone; only the demo prints them")
    with ports.database.reading() as db:
        row = db.get(tables.Operator, operator_id)
    if row is None or row.removed_at:
        raise Absent("no such account")
    now = int(ports.now().timestamp()) // STEP_S
    step = next((one for one in (now, now + 1) if one > row.code_step), None)
    if step is None:
        raise Busy("please wait for half a minute")
    return secret_of(ports, row).at(step * STEP_S)


def is_password(row: tables.Operator | None, password: str) -> bool:
    """Tell whether the password matches; takes the same time where there is no account."""
    stored = row.password_hash if row else None
    try:
        return hasher().verify(stored or _of_nobody(), password[:PASSWORD_MAX]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _of_nobody() -> str:
    return hasher().hash("nobody has this password")
