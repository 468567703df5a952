"""Redeems the six digits on the cashier's PC that prove a phone is at the counter."""

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.limits.guesses import guessed
from api.ports import Ports
from models import tables
from models.domain.errors import Invalid, Refusal
from models.domain.identity.guess import GuessKind
from models.domain.person import User
from models.domain.verification import VerificationState


def redeem(ports: Ports, db: Session, user: User, person_id: str, code: str) -> tables.TillCode:
    """Return the unexpired till code with these digits for this person, used or not.

    Raises Invalid `till_code_wrong` and counts the miss, or TooMany after too many misses of this WeChat user
    or for this person today.
    """
    tallies = [
        guessed(ports, db, GuessKind.TILL_CODE_BY, user.openid_index),
        guessed(ports, db, GuessKind.TILL_CODE_FOR, person_id),
    ]
    found = _live(ports, db, person_id, ports.vault.index("till_code", code))
    if found is None:
        for one in tallies:
            one.missed += 1
        raise _wrong()
    return found


def _live(ports: Ports, db: Session, person_id: str, index: str) -> tables.TillCode | None:
    """Return the unexpired code of an open verification whose network the person belongs to."""
    wanted = (
        select(tables.TillCode, tables.Verification.cardholder_id)
        .join(tables.Verification, tables.Verification.id == tables.TillCode.verification_id)
        .where(tables.TillCode.code_index == index, tables.TillCode.expires_at > ports.now())
        .where(tables.Verification.state == VerificationState.OPEN)
        .with_for_update(of=tables.TillCode)
        .execution_options(populate_existing=True)
    )
    for row, cardholder_id in db.execute(wanted).all():
        network = ports.within(db).directory.network(cardholder_id)
        listed = any(relative.person.person_id == person_id for relative in network)
        if listed and hmac.compare_digest(row.code_index, index):
            return row
    return None


def _wrong() -> Refusal:
    refusal = Invalid("the six digits are not those on the counter's screen", code="till_code_wrong")
    refusal.remember = True
    return refusal
