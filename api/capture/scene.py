"""Access to a scene: who may open it, and whom it is for."""

import hmac
from dataclasses import asdict, dataclass, replace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from api.policies import resolving
from api.ports import Ports
from api.verification import agents
from api.verification import case as cases
from api.verification.attempt import Choice, assign, pick
from api.verification.case import Case
from api.verification.record import Change, record
from models import tables
from models.domain.agent import Checks
from models.domain.attempt import TERMINAL, AttemptEvent, AttemptState, Channel, advance
from models.domain.errors import Absent, Conflict, Ended, Forbidden, Invalid
from models.domain.person import User


@dataclass(frozen=True, slots=True)
class Scene:
    """An attempt with its case, owned by the requesting user; on a QR code, as which member of staff."""

    case: Case
    attempt: tables.Attempt
    user: User
    staff_id: str | None = None

    @property
    def actor(self) -> dict[str, str]:
        """Return the private record of who holds the phone, and where."""
        if self.staff_id is None:
            return {"openid": self.user.openid}
        counter = self.case.verification.counter
        return {"openid": self.user.openid, "staff": self.staff_id, "counter": counter}


# Built once: every request of a phone reads its scene.
_BY_SCENE = select(tables.Attempt).where(tables.Attempt.scene == bindparam("scene"))


def owned(ports: Ports, db: Session, user: User, scene: str) -> Scene:
    """Return the scene, locked and with expiries applied, if it belongs to the user.

    Raises Absent, Ended, or Forbidden `not_staff`. A QR scene belongs to the first member of staff on duty
    who opens it, until they are removed.
    """
    found = db.scalar(_BY_SCENE, {"scene": scene})
    if found is None:
        raise Absent
    case = cases.current(ports, db, found.verification_id)
    attempt = case.attempt(found.id)
    staff = _staff(db, case, user) if attempt.channel is Channel.QR else None
    mine = attempt.owner_index is not None and hmac.compare_digest(attempt.owner_index, user.openid_index)
    if not mine or (staff is None and attempt.channel is Channel.QR):
        _claim(ports, case, attempt, staff)
        attempt.owner_index = user.openid_index
    return Scene(case, attempt, user, staff.id if staff else None)


def _claim(ports: Ports, case: Case, attempt: tables.Attempt, staff: tables.Staff | None) -> None:
    """Raise unless this is an unopened code and the member of staff is on duty at its counter."""
    if attempt.state in TERMINAL:
        raise Ended("this link is no longer valid")
    if attempt.channel is not Channel.QR:
        raise Absent
    if staff is None:
        raise Forbidden("only staff of this institution may open this code", code="not_staff")
    if not staff.duty().allows(case.verification.counter, ports.local()):
        raise Forbidden("you are not on duty at this counter now", code="not_staff")
    if attempt.owner_index is not None:
        raise Absent


def _staff(db: Session, case: Case, user: User) -> tables.Staff | None:
    """Return the institution's member of staff who holds the phone, or None."""
    row = tables.Staff
    mine = select(row).where(row.institution_id == case.institution.id, row.revoked_at.is_(None))
    return db.scalar(mine.where(row.openid_index == user.openid_index))


def choose(ports: Ports, user: User, scene: str, choice: Choice) -> Scene:
    """Choose the person at the counter, once; only while the scene is opened."""
    with ports.database.transaction() as db:
        ports = ports.within(db)
        seen = owned(ports, db, user, scene)
        attempt = seen.attempt
        if attempt.state is AttemptState.OPENED and attempt.person_id is not None:
            if choice.person_id == attempt.person_id:
                return seen
            raise Conflict("the person has already been chosen", code="person_already_chosen")
        moved = advance(attempt.snapshot(), AttemptEvent.CHOOSE, ports.now())
        choice = replace(choice, checks=choice.checks or _told_before(attempt))
        picked = pick(ports, seen.case, choice, attempt.provider, resolving.of(db, attempt))
        if picked is None:
            raise Invalid("a person is needed", code="person_missing")
        assign(attempt, picked)
        resolving.choose(ports, db, attempt, picked.person.birth)
        attempt.checks = asdict(picked.checks) if picked.checks else None
        attempt.apply(moved)
        private = seen.actor | agents.record_of(ports, seen.case, picked)
        record(
            ports,
            seen.case.db,
            seen.case.verification,
            Change("attempt.person_chosen", attempt, private=private),
        )
        return seen


def _told_before(attempt: tables.Attempt) -> Checks | None:
    """Return the check-list that the PC sent when it showed the code."""
    return Checks(**attempt.checks) if attempt.checks else None
