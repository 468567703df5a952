"""Finding the person somebody named at a counter."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.directory import PersonView
from api.ports import Ports
from models import tables
from models.domain import idnumber
from models.domain.errors import Invalid, TooMany
from models.domain.idnumber import IdType
from models.domain.person import needs_guardian
from models.domain.provider import Provider, check_document

MISSES_PER_COUNTER_AND_DAY = 100


@dataclass(frozen=True, slots=True)
class Named:
    """A person as typed at the till."""

    name: str
    id_number: str
    id_type: IdType = IdType.RESIDENT


def identify(ports: Ports, named: Named, institution_id: str, counter: str) -> PersonView:
    """Return the person, counting every look-up.

    Raises Invalid `id_number_invalid`, Invalid `person_not_found` – for an unknown number and for
    a wrong name alike – and TooMany when a counter has guessed too often today.
    """
    number = idnumber.parse(named.id_type, named.id_number, ports.today())
    with ports.database.transaction() as db:
        place = (institution_id, counter, ports.today())
        tally = db.get(tables.Lookup, place, with_for_update=True)
        if tally is None:
            tally = tables.Lookup(
                institution_id=institution_id, counter=counter, day=place[2], asked=0, missed=0
            )
            db.add(tally)
        if tally.missed >= MISSES_PER_COUNTER_AND_DAY:
            raise TooMany("too many unknown persons at this counter today")
        tally.asked += 1
        directory = ports.directory.sandbox if _is_sandbox(db, institution_id) else ports.directory
        found = directory.find(number, named.name)
        if found is None:
            tally.missed += 1
            raise _not_found()
        return found


def _is_sandbox(db: Session, institution_id: str) -> bool:
    """Tell whether only invented persons may be found; a phone finds real ones."""
    institution = db.get(tables.Institution, institution_id)
    return institution is not None and institution.sandbox


def may_be_filmed(ports: Ports, person: PersonView, provider: Provider) -> None:
    """Raise Invalid for a child, who is never filmed, or for somebody the provider cannot compare."""
    if needs_guardian(person.birth, ports.today()):
        raise Invalid("a child is not filmed; please verify the guardian", code="guardian_needed")
    if provider is Provider.WECHAT:
        found = ports.directory.document(person.person_id)
        check_document(found[1].id_type if found else IdType.RESIDENT)
    elif not person.enrolled:
        raise Invalid("there is no enrolled photo; please use documents", code="not_enrolled")


def _not_found() -> Invalid:
    refusal = Invalid("no such person; please check name and number", code="person_not_found")
    refusal.remember = True
    return refusal
