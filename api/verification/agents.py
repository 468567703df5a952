"""Rules for agents (代办), and what is recorded about them."""

from dataclasses import asdict, dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from api.ports import PersonView, Ports
from api.verification.case import Case
from models import tables
from models.domain import agent as rules
from models.domain.agent import Checks
from models.domain.attempt import LIVE, AttemptState
from models.domain.errors import Invalid
from models.domain.person import Proof
from models.domain.policy import Policy
from models.domain.verification import VerificationState


@dataclass(frozen=True, slots=True)
class Picked:
    """The person present, their relation to the card-holder, and the documents the counter checked."""

    person: PersonView
    relation: str
    listed: bool
    checks: Checks | None = None

    @property
    def is_agent(self) -> bool:
        """Tell whether the person is not the card-holder."""
        return rules.is_agent(self.relation)


def check(ports: Ports, case: Case, picked: Picked, policy: Policy) -> None:
    """Raise unless this person may act for the card-holder; the card-holder always may.

    Raises Invalid `agent_is_staff`, TooMany `agent_quota`, Invalid `checks_missing`.
    """
    if not picked.is_agent:
        return
    agent_id, cardholder_id = picked.person.person_id, case.verification.cardholder_id
    if _is_staff(case.db, case.institution.id, agent_id):
        raise Invalid("staff of this institution cannot be agents here", code="agent_is_staff")
    if not picked.listed and not case.institution.sandbox:
        rules.within_quota(_served(ports, case.db, agent_id), cardholder_id, policy.agent_quota)
    if policy.agent_checks == "required":
        rules.check_documents(picked.checks)


def related(ports: Ports, one: str, other: str) -> bool:
    """Tell whether two ids belong to one person, or to relatives by either one's network."""
    return any(
        relative.person.person_id == sought
        for root, sought in ((one, other), (other, one))
        for relative in ports.directory.network(root)
    )


def _is_staff(db: Session, institution_id: str, person_id: str) -> bool:
    """Tell whether a person is known as staff, by document or by a proven binding's WeChat user."""
    bound = select(tables.Binding.openid_index).where(
        tables.Binding.person_id == person_id,
        tables.Binding.revoked_at.is_(None),
        tables.Binding.proof != Proof.CLAIMED,
    )
    number = select(tables.Person.id_index).where(tables.Person.id == person_id)
    theirs = or_(tables.Staff.openid_index.in_(bound), tables.Staff.id_index.in_(number))
    staff = select(tables.Staff.id).where(
        tables.Staff.institution_id == institution_id, tables.Staff.revoked_at.is_(None), theirs
    )
    return db.scalar(staff.limit(1)) is not None


def _served(ports: Ports, db: Session, agent_id: str) -> set[str]:
    """Return the unrelated card-holders whom an agent serves this month, running attempts included.

    Locks the agent's row, so that of two concurrent purchases the second counts the first. A running attempt
    counts while it may still pass, so that a passed face is never refused afterwards.
    """
    db.execute(select(tables.Person.id).where(tables.Person.id == agent_id).with_for_update(key_share=True))
    row, attempt, now = tables.AgentPurchase, tables.Attempt, ports.now()
    bought = select(row.cardholder_id).where(
        row.agent_id == agent_id,
        row.month == rules.month(ports.local()),
        row.related.is_(False),
    )
    in_time = or_(attempt.expires_at > now, attempt.challenge_expires_at > now)
    may_pass = and_(attempt.state.in_([*LIVE, AttemptState.FAILED]), in_time)
    running = (
        select(tables.Verification.cardholder_id)
        .join(attempt, attempt.verification_id == tables.Verification.id)
        .where(attempt.person_id == agent_id, attempt.listed.is_(False))
        .where(tables.Verification.state == VerificationState.OPEN)
        .where(or_(attempt.state == AttemptState.CAPTURED, may_pass))
    )
    return {*db.scalars(bought), *db.scalars(running)}


def record_of(ports: Ports, case: Case, picked: Picked | None) -> dict[str, object]:
    """Return the private record of an agent: both identities, the relation and the check-list."""
    if picked is None or not picked.is_agent:
        return {}
    return {
        "cardholder": _identity(ports, case.verification.cardholder_id),
        "agent": _identity(ports, picked.person.person_id),
        "relation": picked.relation,
        "related": picked.listed,
        "checks": asdict(picked.checks) if picked.checks else None,
        "counter": case.verification.counter,
    }


def _identity(ports: Ports, person_id: str) -> dict[str, str]:
    """Return a person's full identity; the caller must seal it."""
    found = ports.directory.document(person_id)
    if found is None:
        return {"person_id": person_id}
    name, number = found
    return {"person_id": person_id, "name": name, "id_type": number.id_type, "id_number": number.number}
