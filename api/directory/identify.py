"""Finds the person named at a counter, and limits guessing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ScalarSelect, bindparam, case, select
from sqlalchemy.orm import Session

from api.directory.twins import twins
from api.limits.guesses import guessed, misses_of, tally, within_misses
from api.limits.locks import hold
from api.policies import versions as policies
from api.ports import PersonView, Ports
from models import tables
from models.domain.errors import Invalid, TooMany
from models.domain.identity import idnumber
from models.domain.identity.guess import GuessKind
from models.domain.identity.idnumber import IdType
from models.domain.person import NotFilmed, not_filmed
from models.domain.policy import Policy
from models.domain.provider import Provider, check_document

HOUR = timedelta(hours=1)
PHONES = "phone"
KNOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` misses per sliding window."""

    most: int
    window: timedelta
    at_all_counters: bool = False

    def reached(self) -> ScalarSelect[datetime]:
        """Return the subquery of the miss that makes it too many, null while there is none."""
        row = tables.Miss
        found = select(row.at).where(row.institution_id == bindparam("institution_id"))
        if not self.at_all_counters:
            found = found.where(row.counter == bindparam("counter"))
        found = found.where(row.at > bindparam(f"since_{self.most}")).order_by(row.at.desc())
        return found.offset(self.most - 1).limit(1).scalar_subquery()


# The till chooses the counter's name, so the institution has a limit too.
AT_A_COUNTER = Limit(20, HOUR)
AT_AN_INSTITUTION = Limit(60, HOUR, at_all_counters=True)
AT_A_TILL = (AT_A_COUNTER, AT_AN_INSTITUTION)
ON_A_PHONE = Limit(100, timedelta(days=1))
# Built once: every purchase asks.
_MISSES = {
    limits: select(misses_of(GuessKind.NUMBER), *(limit.reached() for limit in limits))
    for limits in (AT_A_TILL, (ON_A_PHONE,))
}


@dataclass(frozen=True, slots=True)
class Named:
    """A person as typed at the till."""

    name: str
    id_number: str
    id_type: IdType = IdType.RESIDENT


def identify(ports: Ports, db: Session, named: Named, institution_id: str, counter: str) -> PersonView:
    """Return the person; counts every look-up.

    Raises Invalid `id_number_invalid`, Invalid `person_not_found` (for an unknown number and a wrong name
    alike), and TooMany when the counter, institution or phone has missed too often, or all of them together
    at this number today.
    """
    number = idnumber.parse(named.id_type, named.id_number, ports.today())
    row, target = (
        _tally_of(ports, db, institution_id, counter),
        ports.vault.index("id_number", number.keys[0]),
    )
    _within_limits(ports, db, (institution_id, counter), target)
    known = ports.within(db).directory
    found = (known.sandbox if _is_sandbox(db, institution_id) else known).find(number, named.name)
    if found is None:
        # Only misses take the lock: successful look-ups of a busy institution run concurrently.
        hold(db, f"misses at {counter if institution_id == PHONES else institution_id}")
        _within_limits(ports, db, (institution_id, counter), target)
        guessed(ports, db, GuessKind.NUMBER, target).missed += 1
        row.missed += 1
        db.add(tables.Miss(institution_id=institution_id, counter=counter, at=ports.now()))
        raise _not_found()
    return found


def _tally_of(ports: Ports, db: Session, institution_id: str, counter: str) -> tables.GuessTally:
    """Return the tally of the counter, or of the phone that looks a person up."""
    if institution_id == PHONES:
        return tally(ports, db, GuessKind.PHONE, counter)
    return tally(ports, db, GuessKind.COUNTER, f"{institution_id}/{counter}")


def _within_limits(ports: Ports, db: Session, place: tuple[str, str], target: str) -> None:
    """Raise TooMany after too many misses at this number or, with the seconds to wait, at this place."""
    institution_id, counter = place
    limits, now = (ON_A_PHONE,) if institution_id == PHONES else AT_A_TILL, ports.now()
    asked = {f"since_{limit.most}": now - limit.window for limit in limits}
    whose = {"institution_id": institution_id, "counter": counter, "subject": target, "day": ports.today()}
    missed, *found = db.execute(_MISSES[limits], whose | asked).one()
    within_misses(GuessKind.NUMBER, missed or 0)
    for limit, last in zip(limits, found, strict=True):
        if last is None or (limit is AT_AN_INSTITUTION and _serves(ports, db, institution_id, counter)):
            continue
        refusal = TooMany("too many unknown persons here; please wait")
        refusal.after = ceil((last + limit.window - now).total_seconds())
        raise refusal


def _serves(ports: Ports, db: Session, institution_id: str, counter: str) -> bool:
    """Tell whether a counter has found persons lately and missed none in the last hour.

    The till chooses the names of counters: one that invents them uses up the institution's misses, and with
    them its own way on, not that of the counters that serve.
    """
    missed, seen, now = tables.Miss, tables.GuessTally, ports.now()
    of_late = missed.institution_id == institution_id, missed.counter == counter, missed.at > now - HOUR
    if db.scalar(select(missed.id).where(*of_late).limit(1)) is not None:
        return False
    subject = f"{institution_id}/{counter}"
    # This very look-up is counted already.
    found = seen.asked > seen.missed + case((seen.day == ports.today(), 1), else_=0)
    mine = seen.kind == GuessKind.COUNTER, seen.subject == subject, seen.day >= ports.today() - KNOWN_FOR
    return db.scalar(select(seen.day).where(*mine, found).limit(1)) is not None


def _is_sandbox(db: Session, institution_id: str) -> bool:
    """Tell whether only sandbox persons may be found; a phone finds real ones."""
    institution = db.get(tables.Institution, institution_id)
    return institution is not None and institution.sandbox


def youngest(db: Session) -> int:
    """Return the minimum age for filming in the policy in force."""
    return policies.active(db).face_age_min


def may_be_filmed(ports: Ports, db: Session, person: PersonView, provider: Provider, policy: Policy) -> None:
    """Raise Invalid for a minor, a confirmed twin, or a person the provider cannot compare."""
    why = not_filmed(person.birth, ports.today(), policy.face_age_min)
    if why is NotFilmed.CHILD:
        raise Invalid("a child is not filmed; please verify the guardian", code="guardian_needed")
    if why is NotFilmed.MINOR:
        raise Invalid("a minor is not filmed: documents, or the guardian", code="minor_not_filmed")
    if twins(db, person.person_id):
        raise Invalid("another person has this face; please use documents", code="look_alike")
    if provider is Provider.WECHAT:
        found = ports.within(db).directory.document(person.person_id)
        check_document(found[1].id_type if found else IdType.RESIDENT)
    elif not person.enrolled:
        raise Invalid("there is no enrolled photo; please use documents", code="not_enrolled")


def _not_found() -> Invalid:
    refusal = Invalid("no such person; please check name and number", code="person_not_found")
    refusal.remember = True
    return refusal
