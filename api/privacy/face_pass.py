"""Face checks that a person begins on their own phone before export, withdrawal or deletion."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.directory.identify import Named, may_be_filmed
from api.limits.locks import hold
from api.policies import versions as policies
from api.ports import Ports
from api.verification import attempt as attempts
from api.verification import lifecycle
from api.verification.agents import Picked
from api.verification.lifecycle import Purchase
from api.verification.record import Change, record
from models import tables
from models.domain.attempt import LIVE
from models.domain.errors import Absent, TooMany
from models.domain.person import SELF, User
from models.domain.provider import Provider
from models.domain.verification import SELF_SERVICE
from models.vault import digest

NAME = "医保服务（本人办理）"
A_DAY = 20


def begin(ports: Ports, user: User, person_id: str) -> str:
    """Return the scene of a check of this person's face on this phone; an open one is reused.

    It has no purchase, message, receipt or appeal. Raises Absent unless the person is bound to this WeChat
    user, TooMany beyond 20 a day, and what `may_be_filmed` raises.
    """
    with ports.database.transaction() as db:
        ports = ports.within(db)
        known = ports.directory.document(person_id)
        if known is None or not _is_bound(db, user, person_id):
            raise Absent
        running = _running(db, ports, user, person_id)
        if running is not None:
            return running
        institution = _institution(ports, db)
        picked = ports.directory.person(person_id)
        if picked is None:
            raise Absent
        may_be_filmed(ports, db, picked, institution.provider, policies.active(db))
        _within_limit(db, ports, user)
        named = Named(known[0], known[1].number, known[1].id_type)
        purchase = Purchase(ports.random.token(22), 0, user.openid_index, ("self", NAME), named)
        case, _ = lifecycle.create(ports, SELF_SERVICE, purchase)
        row = attempts.on_own_phone(ports, case, Picked(picked, SELF, listed=True), user.openid_index)
        db.add(row)
        db.flush()
        record(
            ports, case.db, case.verification, Change("attempt.waiting", row, private={"openid": user.openid})
        )
        return row.scene


def _is_bound(db: Session, user: User, person_id: str) -> bool:
    row = tables.Binding
    mine = select(row.id).where(row.openid_index == user.openid_index, row.person_id == person_id)
    return db.scalar(mine.where(row.revoked_at.is_(None)).limit(1)) is not None


def _running(db: Session, ports: Ports, user: User, person_id: str) -> str | None:
    """Return the scene of this phone's unfinished check if it has time left, or None."""
    row = tables.Attempt
    mine = (
        select(row.scene)
        .join(tables.Verification, tables.Verification.id == row.verification_id)
        .where(tables.Verification.institution_id == SELF_SERVICE)
        .where(row.owner_index == user.openid_index, row.person_id == person_id)
        .where(row.state.in_(LIVE), row.expires_at > ports.now())
    )
    return db.scalar(mine.limit(1))


def _within_limit(db: Session, ports: Ports, user: User) -> None:
    hold(db, f"face passes of {user.openid_index}")
    row = tables.Verification
    mine = select(func.count()).where(row.institution_id == SELF_SERVICE, row.counter == user.openid_index)
    if (db.scalar(mine.where(row.created_at > ports.now() - timedelta(days=1))) or 0) >= A_DAY:
        raise TooMany("too many checks on this phone today", code="rate_limited")


def _institution(ports: Ports, db: Session) -> tables.Institution:
    """Return the bureau's own institution, created on first use; no till has its key."""
    found = db.get(tables.Institution, SELF_SERVICE)
    if found is not None:
        return found
    row = tables.Institution
    oldest = select(row.provider).where(row.sandbox.is_(False)).order_by(row.created_at, row.id).limit(1)
    made = tables.Institution(
        id=SELF_SERVICE,
        name=NAME,
        api_key_hash=digest(ports.random.token(43)),
        webhook_secret=ports.vault.seal(f"institution.webhook_secret:{SELF_SERVICE}", ports.random.token(43)),
        provider=db.scalar(oldest) or Provider.OWN,
        created_at=ports.now(),
    )
    db.add(made)
    db.flush()
    return made
