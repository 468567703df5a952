"""Who an ID number belongs to, who is in the family network, which face is on record."""

import json
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import PersonView, Relative
from matcher.types import Template
from models import tables
from models.database import Database
from models.domain.identity.idnumber import IdNumber
from models.domain.identity.names import same
from models.domain.person import SELF, Network, rank
from models.vault import Vault


class OwnDirectory:
    """The directory in our own tables, filled by scripts/enrol.py."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def within(self, database: Database) -> "OwnDirectory":
        """Return the same directory, reading inside the transaction that `database` has joined."""
        return OwnDirectory(database, self._vault)

    def find(self, number: IdNumber, name: str) -> PersonView | None:
        """Return the person with this number if the name fits, else None."""
        indexes = [self._vault.index("id_number", key) for key in number.keys]
        with self._database.reading() as db:
            rows = {
                row.id_index: row
                for row in db.scalars(select(tables.Person).where(tables.Person.id_index.in_(indexes)))
            }
            row = next((rows[index] for index in indexes if index in rows), None)
            if row is None or not same(self._vault.text(f"person.name:{row.id}", row.name), name):
                return None
            return self._views(db, [row])[0]

    def person(self, person_id: str) -> PersonView | None:
        """Return a person, or None."""
        with self._database.reading() as db:
            row = db.get(tables.Person, person_id)
            return self._views(db, [row])[0] if row else None

    def network(self, person_id: str) -> list[Relative]:
        """Return the person, then the family network: by relation, the eldest first."""
        with self._database.reading() as db:
            root = db.get(tables.Person, person_id)
            if root is None:
                return []
            links = db.scalars(
                select(tables.FamilyLink).where(tables.FamilyLink.person_id == person_id)
            ).all()
            wanted = select(tables.Person).where(tables.Person.id.in_([link.relative_id for link in links]))
            rows = [root, *db.scalars(wanted)]
            views = {view.person_id: view for view in self._views(db, rows)}
        relatives = [Relative(views[link.relative_id], link.relation, link.network) for link in links]
        relatives.sort(key=lambda one: (rank(one.relation, one.person.birth), one.person.person_id))
        return [Relative(views[person_id], SELF, Network.SELF), *relatives]

    def references(self, person_id: str) -> tuple[Template, ...]:
        """Return the templates of all photos on record."""
        with self._database.reading() as db:
            rows = db.scalars(
                select(tables.Enrolment)
                .where(tables.Enrolment.person_id == person_id, tables.Enrolment.revoked_at.is_(None))
                .order_by(tables.Enrolment.created_at)
            ).all()
        return tuple(template for row in rows for template in self._templates(row))

    def document(self, person_id: str) -> tuple[str, IdNumber] | None:
        """Return a person's full name and document, or None."""
        with self._database.reading() as db:
            row = db.get(tables.Person, person_id)
        if row is None:
            return None
        number = self._vault.text(f"person.id_number:{row.id}", row.id_number)
        return self._vault.text(f"person.name:{row.id}", row.name), IdNumber(row.id_type, number)

    def _templates(self, row: tables.Enrolment) -> Iterable[Template]:
        sealed = self._vault.text(f"enrolment.templates:{row.id}", row.templates)
        return (Template.from_json(document) for document in json.loads(sealed))

    def _views(self, db: Session, rows: list[tables.Person]) -> list[PersonView]:
        """Return the rows as views, with one look-up for all of them."""
        ids = [row.id for row in rows]
        enrolled = set(
            db.scalars(
                select(tables.Enrolment.person_id).where(
                    tables.Enrolment.person_id.in_(ids), tables.Enrolment.revoked_at.is_(None)
                )
            )
        )
        return [
            PersonView(
                person_id=row.id,
                name=self._vault.text(f"person.name:{row.id}", row.name),
                sex=row.sex,
                birth=row.birth,
                enrolled=row.id in enrolled,
            )
            for row in rows
        ]
