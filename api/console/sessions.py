"""Console sessions, stored in the database so that they can be revoked."""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.console import accounts
from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain.console import operator as rules
from models.domain.console.act import ActKind
from models.domain.console.operator import Right, Role
from models.domain.errors import SignInRefused
from models.vault import digest


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The signed-in account, and whether its one-time code was entered recently."""

    operator_id: str
    name: str
    role: Role
    id_index: str
    session: str
    fresh: bool

    def may(self, right: Right) -> bool:
        """Tell whether the account's role has a right."""
        return rules.may(self.role, right)


def sign_in(ports: Ports, name: str, password: str, code: str) -> str:
    """Return the token of a new session; raises SignInRefused and counts the failure."""
    wanted = select(tables.Operator).where(tables.Operator.name == name, tables.Operator.removed_at.is_(None))
    with ports.database.reading() as db:
        known = db.scalar(wanted)
    is_right = accounts.is_password(known, password)
    if known is None:
        raise SignInRefused
    token = ports.random.token(43)
    with ports.database.transaction() as db:
        row = _held(db, known.id)
        if row.removed_at or (row.locked_until and ports.now() < row.locked_until):
            raise SignInRefused
        if not (is_right and _is_code(ports, row, code)):
            _count(ports, db, row)
            raise SignInRefused
        row.wrong, row.locked_until = 0, None
        _begin(ports, db, row.id, (token, ports.now()))
    return token


def sign_in_known(ports: Ports, name: str) -> str:
    """Return the token of a new session for an account whose owner an identity provider has named.

    No one-time code was entered: what needs a fresh one asks for it. Raises SignInRefused for an account that
    is absent, removed, locked or not set up.
    """
    wanted, token = select(tables.Operator.id).where(tables.Operator.name == name), ports.random.token(43)
    with ports.database.transaction() as db:
        operator_id = db.scalar(wanted)
        row = _held(db, operator_id) if operator_id else None
        is_locked = row is not None and row.locked_until is not None and ports.now() < row.locked_until
        if row is None or row.removed_at or row.password_hash is None or is_locked:
            raise SignInRefused
        _begin(ports, db, row.id, (token, ports.now() - rules.FRESH), by="oidc")
    return token


def _begin(
    ports: Ports, db: Session, operator_id: str, session: tuple[str, datetime], by: str = "code"
) -> None:
    """Add a session with its token and the time of its last one-time code, as an act."""
    (token, code_at), now = session, ports.now()
    db.add(
        tables.OperatorSession(
            token_hash=digest(token), operator_id=operator_id, begun_at=now, seen_at=now, code_at=code_at
        )
    )
    record(ports, db, Entry(operator_id, ActKind.SIGNED_IN, operator_id, {"by": by}))


def confirm(ports: Ports, who: SignedIn, code: str) -> None:
    """Record a fresh one-time code; raises SignInRefused and counts the failure."""
    with ports.database.transaction() as db:
        row, session = _held(db, who.operator_id), db.get(tables.OperatorSession, who.session)
        if session is None or (row.locked_until and ports.now() < row.locked_until):
            raise SignInRefused
        if not _is_code(ports, row, code):
            _count(ports, db, row)
            raise SignInRefused
        row.wrong, session.code_at = 0, ports.now()


def sign_out(ports: Ports, who: SignedIn) -> None:
    """End the session."""
    with ports.database.transaction() as db:
        if session := db.get(tables.OperatorSession, who.session):
            db.delete(session)
            record(ports, db, Entry(who.operator_id, ActKind.SIGNED_OUT, who.operator_id))


def signed_in(ports: Ports, token: str) -> SignedIn | None:
    """Return the account of a session token and update its last activity; None once it has expired."""
    now = ports.now()
    with ports.database.transaction() as db:
        session = db.get(tables.OperatorSession, digest(token))
        if session is None:
            return None
        row = db.get_one(tables.Operator, session.operator_id)
        if row.removed_at or rules.has_lapsed(session.begun_at, session.seen_at, now):
            db.delete(session)
            return None
        session.seen_at = max(session.seen_at, now)
        fresh = rules.is_fresh(session.code_at, now)
        return SignedIn(row.id, row.name, row.role, row.id_index, session.token_hash, fresh)


def _held(db: Session, operator_id: str) -> tables.Operator:
    """Return an account, locked against concurrent sign-ins until the transaction ends."""
    hold(db, f"operator {operator_id}")
    return db.get_one(tables.Operator, operator_id, populate_existing=True)


def _is_code(ports: Ports, row: tables.Operator, code: str) -> bool:
    """Tell whether a one-time or recovery code is valid, and consume it."""
    step = accounts.step_of(ports, row, code)
    if step is not None:
        row.code_step = step
        return True
    typed = digest(code.strip())
    if any(compare_digest(typed, one) for one in row.recovery_hashes):
        row.recovery_hashes = [one for one in row.recovery_hashes if one != typed]
        return True
    return False


def _count(ports: Ports, db: Session, row: tables.Operator) -> None:
    """Count a failure; the fifth in a row locks the account temporarily."""
    row.wrong += 1
    row.locked_until = rules.locked_until(row.wrong, ports.now())
    if row.locked_until:
        row.wrong = 0
        record(ports, db, Entry(row.id, ActKind.ACCOUNT_LOCKED, row.id))
