"""The six digits on the cashier's PC that prove a phone is at the counter."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.flows.scene import User
from api.flows.verification import locked
from api.ports import Ports
from models import tables
from models.domain.errors import Conflict, Invalid, Refusal, TooMany
from models.domain.verification import VerificationState

DIGITS = 6
LIFE = timedelta(minutes=10)
MISSES_PER_OPENID_AND_DAY = 5
MISSES_PER_PERSON_AND_DAY = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What the counter shows, once; only an index of the digits is kept."""

    till_code: str
    expires_at: datetime


def issue(ports: Ports, institution_id: str, verification_id: str) -> Shown:
    """Return a new code for anybody of the card-holder's network; the verification's older one is void."""
    with ports.database.transaction() as db:
        case = locked(ports, institution_id, verification_id)
        if not case.is_open:
            raise Conflict("this verification is over", code="verification_ended")
        shown = Shown(ports.random.digits(DIGITS), ports.now() + LIFE)
        row = db.get(tables.TillCode, verification_id) or tables.TillCode(verification_id=verification_id)
        row.code_index, row.expires_at = ports.vault.index("till_code", shown.till_code), shown.expires_at
        row.binding_id = None
        db.add(row)
        return shown


def redeem(ports: Ports, db: Session, user: User, person_id: str, code: str) -> tables.TillCode:
    """Return the live code these digits are for this person, used or not.

    Raises Invalid `till_code_wrong` and counts the miss, or TooMany when this WeChat or this person
    has had too many today.
    """
    tallies = [
        tally(ports, db, ("till_code", user.openid_index), MISSES_PER_OPENID_AND_DAY),
        tally(ports, db, ("till_code", person_id), MISSES_PER_PERSON_AND_DAY),
    ]
    found = _live(ports, db, person_id, ports.vault.index("till_code", code))
    if found is None:
        for one in tallies:
            one.missed += 1
        raise _wrong()
    return found


def tally(ports: Ports, db: Session, guess: tuple[str, str], most: int) -> tables.Lookup:
    """Return today's count of guesses at a kind of code by somebody or at somebody.

    Raises TooMany `till_code_locked` or `staff_code_locked`, by the kind.
    """
    kind, whose = guess
    row = db.get(tables.Lookup, (kind, whose, ports.today()), with_for_update=True)
    if row is None:
        row = tables.Lookup(institution_id=kind, counter=whose, day=ports.today(), asked=0, missed=0)
        db.add(row)
    if row.missed >= most:
        raise TooMany("too many wrong codes today", code=f"{kind}_locked")
    row.asked += 1
    return row


def _live(ports: Ports, db: Session, person_id: str, index: str) -> tables.TillCode | None:
    """Return the unexpired code of an open verification whose network the person belongs to."""
    wanted = (
        select(tables.TillCode, tables.Verification.cardholder_id)
        .join(tables.Verification, tables.Verification.id == tables.TillCode.verification_id)
        .where(tables.TillCode.code_index == index, tables.TillCode.expires_at > ports.now())
        .where(tables.Verification.state == VerificationState.OPEN)
        .with_for_update(of=tables.TillCode)
    )
    for row, cardholder_id in db.execute(wanted).all():
        network = ports.directory.network(cardholder_id)
        listed = any(relative.person.person_id == person_id for relative in network)
        if listed and hmac.compare_digest(row.code_index, index):
            return row
    return None


def _wrong() -> Refusal:
    refusal = Invalid("the six digits are not those on the counter's screen", code="till_code_wrong")
    refusal.remember = True
    return refusal
