"""What waiting clients need of a verification: its state and its new events, read in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from api.logs import about
from api.ports import Ports
from api.verification import case as cases
from api.verification.record import PublicEvent
from models.base import Base
from models.domain.attempt import LIVE
from models.domain.errors import Absent
from models.domain.verification import TERMINAL, VerificationState

# The tables themselves: every poll asks, and no row is to be kept or changed.
_ROW, _OWNER, _TRY, _EVENT = (
    Base.metadata.tables[name].c for name in ("verification", "institution", "attempt", "event")
)
_AFTER = and_(_EVENT.verification_id == bindparam("verification_id"), _EVENT.seq > bindparam("after"))
_EVENTS = select(_EVENT.public).where(_AFTER).order_by(_EVENT.seq)
_SOONEST = (
    select(func.min(_TRY.expires_at))
    .where(_TRY.verification_id == bindparam("verification_id"))
    # Not IN, whose parameters SQLAlchemy would write out anew for every poll.
    .where(or_(*(_TRY.state == state for state in sorted(LIVE))))
    .scalar_subquery()
)
_GLANCE = (
    select(_ROW.institution_id, _OWNER.sandbox, _ROW.state, _ROW.expires_at, _SOONEST, _EVENT.public)
    .select_from(
        _ROW.id.table.join(_OWNER.id.table, _OWNER.id == _ROW.institution_id).outerjoin(
            _EVENT.id.table, _AFTER
        )
    )
    .where(_ROW.id == bindparam("verification_id"))
    .order_by(_EVENT.seq)
)


@dataclass(frozen=True, slots=True)
class Glance:
    """A verification with expiries applied, when its next one is due, and its events after a number."""

    verification_id: str
    institution_id: str
    sandbox: bool
    state: VerificationState
    due_at: datetime
    events: list[PublicEvent]

    @property
    def is_over(self) -> bool:
        """Tell whether the verification has ended."""
        return self.state in TERMINAL


def glance(ports: Ports, verification_id: str, after: int, owner: str | None = None) -> Glance:
    """Return a verification and its events after a sequence number; raises Absent for another `owner`'s."""
    with ports.database.reading() as db:
        seen = _stored(db, verification_id, after)
    if owner is not None and seen.institution_id != owner:
        raise Absent
    if seen.is_over or ports.now() < seen.due_at:
        return seen
    # Perhaps due: a try begun in time may take a little longer.
    case = cases.seen(ports, verification_id)
    institution, state = case.institution, case.verification.state
    events = events_after(ports, verification_id, after)
    return Glance(verification_id, institution.id, institution.sandbox, state, cases.next_due(case), events)


def _stored(db: Session, verification_id: str, after: int) -> Glance:
    """Return what is stored, with the earliest time at which an expiry may be due."""
    rows = db.execute(_GLANCE, {"verification_id": verification_id, "after": after}).all()
    if not rows:
        raise Absent
    institution_id, sandbox, state, expires_at, soonest, _ = rows[0]
    about(verification_id=verification_id, institution_id=institution_id)
    due_at = min(expires_at, soonest or expires_at)
    events = [event for *_, event in rows if event is not None]
    return Glance(verification_id, institution_id, sandbox, state, due_at, events)


def events_after(ports: Ports, verification_id: str, after: int) -> list[PublicEvent]:
    """Return the public payloads of all events after a sequence number."""
    with ports.database.reading() as db:
        found = db.scalars(_EVENTS, {"verification_id": verification_id, "after": after})
        return cast("list[PublicEvent]", list(found))
