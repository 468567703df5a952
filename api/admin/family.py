"""Who is in whose family network, by their document numbers."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.admin.enrolment import found
from api.ports import Ports
from models import tables
from models.domain.errors import Invalid
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdNumber, IdType
from models.domain.person import Network


def link(
    ports: Ports,
    numbers: tuple[str, str],
    network: Network,
    relation: str,
    id_types: tuple[IdType | None, IdType | None] = (None, None),
) -> bool:
    """Put the second person into the first one's network; tell whether anything changed.

    Raises Invalid `person_not_found` when either number is unknown, `person_ambiguous` when two kinds of
    document have it and `id_types` does not say which is meant.
    """
    with ports.database.transaction() as db:
        person_id, relative_id = (
            _known(ports, db, number, kind) for number, kind in zip(numbers, id_types, strict=True)
        )
        if person_id == relative_id:
            raise Invalid("nobody is their own relative", code="link_invalid")
        row = db.scalar(
            select(tables.FamilyLink).where(
                tables.FamilyLink.person_id == person_id, tables.FamilyLink.relative_id == relative_id
            )
        )
        if row is not None and (row.network, row.relation) == (network, relation):
            return False
        if row is None:
            row = tables.FamilyLink(id=ports.new_id("fam"), person_id=person_id, relative_id=relative_id)
            db.add(row)
        row.network, row.relation = network, relation
        return True


def may_link(
    ports: Ports, numbers: tuple[str, str], id_types: tuple[IdType | None, IdType | None], coming: set[str]
) -> None:
    """Raise as `link` would, where those with the keys `coming` are about to be on record."""
    with ports.database.reading() as db:
        for number, kind in zip(numbers, id_types, strict=True):
            _one(_keys(ports, number, kind, coming) | _persons(ports, db, number, kind))


def _keys(ports: Ports, text: str, id_type: IdType | None, coming: set[str]) -> set[str]:
    return {one.key for one in _read(ports, text, id_type) if one.key in coming}


def _read(ports: Ports, text: str, id_type: IdType | None) -> list[IdNumber]:
    """Return what a number means under the kind of document named, or under any."""
    found = []
    for kind in [id_type] if id_type else IdType:
        try:
            found.append(idnumber.parse(kind, text, ports.today()))
        except Invalid:
            continue
    return found


def _persons(ports: Ports, db: Session, text: str, id_type: IdType | None) -> set[str]:
    """Return the keys of those on record with this number."""
    return set(found(ports, db, _read(ports, text, id_type)))


def _one(keys: set[str]) -> str:
    if len(keys) > 1:
        raise Invalid("two persons have this number on different documents", code="person_ambiguous")
    if not keys:
        raise Invalid("no such person", code="person_not_found")
    return next(iter(keys))


def _known(ports: Ports, db: Session, text: str, id_type: IdType | None) -> str:
    """Return the id of the one person with this number."""
    on_record = found(ports, db, _read(ports, text, id_type))
    return on_record[_one(set(on_record))].id
