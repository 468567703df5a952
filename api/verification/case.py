"""A verification with its attempts: loaded and locked together, changed only by the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from api.logs import about
from api.ports import Ports
from api.verification import agent_purchases
from api.verification.receipts import sign
from api.verification.record import Change, record
from models import tables
from models.domain import attempt as attempts
from models.domain import verification as verifications
from models.domain.attempt import AttemptEvent, AttemptState
from models.domain.errors import Absent
from models.domain.resending import is_in_hand
from models.domain.verification import VerificationEvent, VerificationState


@dataclass(slots=True)
class Case:
    """A verification, its institution, its attempts in order of creation, and their session."""

    db: Session
    institution: tables.Institution
    verification: tables.Verification
    attempts: list[tables.Attempt]

    @property
    def states(self) -> list[AttemptState]:
        """Return the attempts' states."""
        return [attempt.state for attempt in self.attempts]

    @property
    def tries(self) -> int:
        """Return the counted tries of all attempts."""
        return sum(attempt.tries for attempt in self.attempts)

    @property
    def facts(self) -> verifications.Verification:
        """Return what the rules need to know of the verification."""
        return verifications.Verification(self.verification.state, self.verification.expires_at)

    @property
    def is_open(self) -> bool:
        """Tell whether the verification is still undecided."""
        return self.verification.state is VerificationState.OPEN

    @property
    def has_purchase(self) -> bool:
        """Tell whether there is a purchase, and not only a person's own face check."""
        return self.institution.id != verifications.SELF_SERVICE

    @property
    def front(self) -> tables.Attempt | None:
        """Return the attempt that the counter shows: the newest, or an older one that still counts.

        After a resend the second message may fail, or arrive after the first was opened.
        """
        at_it = [one for one in self.attempts if is_in_hand(one.channel, one.state)]
        live = [one for one in self.attempts if one.state in attempts.LIVE]
        found = at_it or live or self.attempts
        return found[-1] if found else None

    def attempt(self, attempt_id: str) -> tables.Attempt:
        """Return one attempt, or raise Absent."""
        for attempt in self.attempts:
            if attempt.id == attempt_id:
                return attempt
        raise Absent


# Built once, because nearly every request reads a case.
_ROW, _OWNER, _TRY = tables.Verification, tables.Institution, tables.Attempt
_ALONE = select(_ROW, _OWNER).join(_OWNER, _OWNER.id == _ROW.institution_id).where(_ROW.id == bindparam("id"))
_LOCKED = _ALONE.with_for_update(of=_ROW)
_ATTEMPTS = select(_TRY).where(_TRY.verification_id == bindparam("id")).order_by(_TRY.number)
_ANEW = {"populate_existing": True}
_WHOLE = _ALONE.add_columns(_TRY).outerjoin(_TRY, _TRY.verification_id == _ROW.id).order_by(_TRY.number)


def load(db: Session, verification_id: str, *, lock: bool) -> Case:
    """Return the stored case, or raise Absent; `lock` locks it until the commit."""
    wanted = {"id": verification_id}
    if lock:
        # Two statements: rows joined to a row whose lock was awaited could be older than that row. Both read
        # anew what the session holds: whoever had the lock may have changed it.
        found = db.execute(_LOCKED, wanted, execution_options=_ANEW).first()
        tries = list(db.scalars(_ATTEMPTS, wanted, execution_options=_ANEW)) if found else []
    else:
        rows = db.execute(_WHOLE, wanted).all()
        found = rows[0] if rows else None
        tries = [one for *_, one in rows if one is not None]
    if found is None:
        raise Absent
    verification, institution = found[:2]
    about(verification_id=verification.id, institution_id=verification.institution_id)
    return Case(db, institution, verification, tries)


def current(ports: Ports, db: Session, verification_id: str) -> Case:
    """Return the case, locked and with expiries applied; for every action that may change it."""
    case = load(db, verification_id, lock=True)
    settle(ports, case)
    return case


def seen(ports: Ports, verification_id: str) -> Case:
    """Return the case with expiries applied, for reading; writes only when an expiry is due."""
    with ports.database.reading() as db:
        case = load(db, verification_id, lock=False)
        if not is_due(ports, case):
            return case
    with ports.database.transaction() as db:
        return current(ports, db, verification_id)


def is_due(ports: Ports, case: Case) -> bool:
    """Tell whether an expiry is due in the case."""
    now = ports.now()
    overdue = any(attempts.is_due(attempt.snapshot(), now) for attempt in case.attempts)
    return overdue or verifications.is_due(case.facts, case.states, now)


def next_due(case: Case) -> datetime:
    """Return the next time at which an expiry falls due."""
    running = [one.snapshot().deadline for one in case.attempts if one.state in attempts.LIVE]
    return min([*running, case.verification.expires_at])


def settle(ports: Ports, case: Case) -> None:
    """Apply every due expiry."""
    now = ports.now()
    for attempt in case.attempts:
        facts = attempt.snapshot()
        settled = attempts.settle(facts, now)
        if settled != facts:
            move(ports, case, attempt, settled)
    if verifications.is_due(case.facts, case.states, now):
        end(ports, case, VerificationEvent.LAPSE)


def move(
    ports: Ports,
    case: Case,
    attempt: tables.Attempt,
    moved: attempts.Attempt,
    private: Mapping[str, Any] | None = None,
) -> None:
    """Store an attempt's transition and record the event `attempt.<state>`."""
    attempt.apply(moved)
    shown = moved.reason if moved.state in (AttemptState.FAILED, AttemptState.UNDELIVERABLE) else None
    record(ports, case.db, case.verification, Change(f"attempt.{moved.state}", attempt, shown, private or {}))


def step(
    ports: Ports,
    case: Case,
    attempt: tables.Attempt,
    event: AttemptEvent,
    private: Mapping[str, Any] | None = None,
) -> None:
    """Apply one event to an attempt, or raise what the rules raise."""
    move(ports, case, attempt, attempts.advance(attempt.snapshot(), event, ports.now()), private)


def end(
    ports: Ports,
    case: Case,
    event: VerificationEvent,
    attempt: tables.Attempt | None = None,
    private: Mapping[str, Any] | None = None,
) -> None:
    """End the verification: cancel undecided attempts, sign the receipt, record the event; all or nothing."""
    case.verification.state = verifications.advance(case.facts, event, case.states).state
    case.verification.ended_at = ports.now()
    for other in case.attempts:
        if other.state in attempts.LIVE:
            step(ports, case, other, AttemptEvent.CANCEL)
    if case.verification.state in verifications.WITH_RECEIPT and case.has_purchase:
        sign(ports, case.db, case.verification, attempt)
        agent_purchases.note(ports, case.db, case.verification, attempt)
    record(
        ports,
        case.db,
        case.verification,
        Change(f"verification.{case.verification.state}", attempt, private=private or {}),
    )
