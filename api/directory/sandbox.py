"""The sandbox's directory, and the combination of real and sandbox directories."""

from api.ports import PersonDirectory, PersonView, Relative
from matcher.types import Template
from models.database import Database
from models.domain.identity.idnumber import IdNumber, IdType
from models.domain.identity.names import same
from models.domain.person import SELF, Network
from models.domain.sandbox import BY_ID, CAST, MagicPerson, Outcome


class SandboxDirectory:
    """The sandbox's invented persons, all in one family network."""

    def within(self, database: Database) -> "SandboxDirectory":
        """Return itself: its persons are in no table."""
        return self

    def find(self, number: IdNumber, name: str) -> PersonView | None:
        """Return the person with this magic number if the name fits, else None."""
        for person in CAST:
            if IdNumber(IdType.RESIDENT, person.number).key == number.key:
                return _view(person) if same(person.name, name) else None
        return None

    def person(self, person_id: str) -> PersonView | None:
        """Return a person, or None."""
        return _view(BY_ID[person_id]) if person_id in BY_ID else None

    def network(self, person_id: str) -> list[Relative]:
        """Return the person, then all the others."""
        if person_id not in BY_ID:
            return []
        others = [person for person in CAST if person.person_id != person_id]
        return [
            Relative(_view(BY_ID[person_id]), SELF, Network.SELF),
            *(Relative(_view(person), _relation(person), Network.FAMILY_SHARE) for person in others),
        ]

    def references(self, person_id: str) -> tuple[Template, ...]:
        """Return no templates: the sandbox compares no faces."""
        return ()

    def document(self, person_id: str) -> tuple[str, IdNumber] | None:
        """Return a person's name and magic number, or None."""
        person = BY_ID.get(person_id)
        return (person.name, IdNumber(IdType.RESIDENT, person.number)) if person else None


class BothDirectories:
    """Answers about real and sandbox persons by their ids; `find` finds real ones only."""

    def __init__(self, real: PersonDirectory) -> None:
        self._real = real
        self.sandbox = SandboxDirectory()

    def within(self, database: Database) -> "BothDirectories":
        """Return the same directories, reading inside the transaction that `database` has joined."""
        return BothDirectories(self._real.within(database))

    def find(self, number: IdNumber, name: str) -> PersonView | None:
        """Return the real person with this number if the name fits, else None."""
        return self._real.find(number, name)

    def person(self, person_id: str) -> PersonView | None:
        """Return a person, or None."""
        return self._of(person_id).person(person_id)

    def network(self, person_id: str) -> list[Relative]:
        """Return the person, then the family network."""
        return self._of(person_id).network(person_id)

    def references(self, person_id: str) -> tuple[Template, ...]:
        """Return the templates of all photos on record."""
        return self._of(person_id).references(person_id)

    def document(self, person_id: str) -> tuple[str, IdNumber] | None:
        """Return a person's full name and document, or None."""
        return self._of(person_id).document(person_id)

    def _of(self, person_id: str) -> PersonDirectory:
        return self.sandbox if person_id in BY_ID else self._real


def _view(person: MagicPerson) -> PersonView:
    enrolled = person.outcome not in (Outcome.NOT_ENROLLED, Outcome.CHILD)
    return PersonView(person.person_id, person.name, person.sex, person.birth, enrolled)


def _relation(person: MagicPerson) -> str:
    return "子女" if person.outcome in (Outcome.CHILD, Outcome.MINOR) else "其他亲属"
