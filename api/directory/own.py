"""The person directory in our own tables."""

import json
from collections.abc import Iterable
from datetime import date

from sqlalchemy import String, bindparam, cast, exists, null, select, union_all

from api.ports import PersonView, Relative
from matcher.types import Template
from models import tables
from models.base import Base
from models.database import Database
from models.domain.identity.idnumber import IdNumber
from models.domain.identity.names import same
from models.domain.person import SELF, Network, rank
from models.vault import Vault

_ROW, _PHOTO, _LINK = (Base.metadata.tables[name].c for name in ("person", "enrolment", "family_link"))
# What is seen of a person, and whether there is a photo; built once, and without mapped rows, because every
# purchase asks.
_PERSON = select(
    *(_ROW.id, _ROW.name, _ROW.sex, _ROW.birth),
    exists().where(_PHOTO.person_id == _ROW.id, _PHOTO.revoked_at.is_(None)),
)
_NONE = cast(null(), String)
_ITSELF = select(
    bindparam("person_id", type_=String).label("id"), _NONE.label("relation"), _NONE.label("network")
)
_LINKED = select(_LINK.relative_id, _LINK.relation, _LINK.network).where(
    _LINK.person_id == bindparam("person_id")
)
_CIRCLE = union_all(_ITSELF, _LINKED).subquery()
_NETWORK = _PERSON.add_columns(_CIRCLE.c.relation, _CIRCLE.c.network).join(_CIRCLE, _CIRCLE.c.id == _ROW.id)
_BY_ID = _PERSON.where(_ROW.id == bindparam("person_id"))
_BY_NUMBER = _PERSON.add_columns(_ROW.id_index).where(_ROW.id_index.in_(bindparam("indexes", expanding=True)))
_OTHER = tables.Template
_REFERENCES = (
    select(_PHOTO.id, _PHOTO.templates, _OTHER.model_set, _OTHER.vector)
    .outerjoin(_OTHER, _OTHER.enrolment_id == _PHOTO.id)
    .where(_PHOTO.person_id == bindparam("person_id"), _PHOTO.revoked_at.is_(None))
    .order_by(_PHOTO.created_at)
)


class OwnDirectory:
    """Directory over our tables, filled by `yibao enrol`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def within(self, database: Database) -> "OwnDirectory":
        """Return the same directory, reading in the transaction that `database` has joined."""
        return OwnDirectory(database, self._vault)

    def find(self, number: IdNumber, name: str) -> PersonView | None:
        """Return the person with this number if the name fits, else None."""
        indexes = [self._vault.index("id_number", key) for key in number.keys]
        with self._database.reading() as db:
            rows = db.execute(_BY_NUMBER, {"indexes": indexes}).all()
        found = {index: self._view(*person) for *person, index in rows}
        view = next((found[index] for index in indexes if index in found), None)
        return view if view is not None and same(view.name, name) else None

    def person(self, person_id: str) -> PersonView | None:
        """Return a person, or None."""
        with self._database.reading() as db:
            found = db.execute(_BY_ID, {"person_id": person_id}).first()
        return self._view(*found) if found else None

    def network(self, person_id: str) -> list[Relative]:
        """Return the person, then the family network ordered by relation and age."""
        with self._database.reading() as db:
            found = db.execute(_NETWORK, {"person_id": person_id}).all()
        views = [(self._view(*person), relation, network) for *person, relation, network in found]
        itself = [Relative(view, SELF, Network.SELF) for view, relation, _ in views if relation is None]
        others = [Relative(view, relation, Network(network)) for view, relation, network in views if relation]
        others.sort(key=lambda one: (rank(one.relation, one.person.birth), one.person.person_id))
        return itself + others

    def references(self, person_id: str) -> tuple[Template, ...]:
        """Return the templates of all the person's references."""
        with self._database.reading() as db:
            rows = db.execute(_REFERENCES, {"person_id": person_id}).all()
        first = {f"enrolment.templates:{row.id}": row.templates for row in rows if row.templates}
        others = {f"template.vector:{row.id}:{row.model_set}": row.vector for row in rows if row.vector}
        return tuple(one for place, sealed in (first | others).items() for one in self._opened(place, sealed))

    def document(self, person_id: str) -> tuple[str, IdNumber] | None:
        """Return a person's full name and document, or None."""
        with self._database.reading() as db:
            row = db.get(tables.Person, person_id)
        if row is None:
            return None
        number = self._vault.text(f"person.id_number:{row.id}", row.id_number)
        return self._vault.text(f"person.name:{row.id}", row.name), IdNumber(row.id_type, number)

    def _opened(self, place: str, sealed: bytes) -> Iterable[Template]:
        return (Template.from_json(document) for document in json.loads(self._vault.text(place, sealed)))

    def _view(self, person_id: str, name: bytes, *seen: *tuple[str | None, date | None, bool]) -> PersonView:
        """Return a row as a view; `seen` is sex, birth, and whether there is a photo."""
        return PersonView(person_id, self._vault.text(f"person.name:{person_id}", name), *seen)
