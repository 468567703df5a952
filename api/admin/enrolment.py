"""Bringing insured persons, their photos and their families into the directory."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from matcher.errors import BadImage
from models import tables
from models.domain.errors import Invalid
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdNumber, IdType
from models.domain.person import Network, Proof

PHOTOS_KEPT = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the people file; `birth` and `sex` where the number does not tell them."""

    name: str
    id_type: IdType
    id_number: str
    sex: str | None = None
    birth: date | None = None
    openid: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of a line: the person, whether they are new, and the verdict on the photo."""

    person_id: str
    is_new: bool
    photo: str


def enrol(ports: Ports, entry: Entry, photo: bytes | None) -> Enrolled:
    """Create or update a person; the same photo again adds nothing.

    The verdict on the photo is `ok`, `unchanged`, `none`, `withdrawn`, or what is wrong with it.
    Raises Invalid `id_number_invalid` or `birth_mismatch`.
    """
    number = idnumber.parse(entry.id_type, entry.id_number, ports.today())
    if entry.birth and number.birth and entry.birth != number.birth:
        raise Invalid("the birth date is not the document's", code="birth_mismatch")
    with ports.database.transaction() as db:
        row, is_new = _person(ports, db, number, entry)
        if entry.openid:
            _bind(ports, db, row.id, entry.openid)
        withdrawn = db.get(tables.Tombstone, row.id_index) is not None
    if photo is None or withdrawn:
        return Enrolled(row.id, is_new, "withdrawn" if withdrawn else "none")
    return Enrolled(row.id, is_new, _photo(ports, row.id, photo))


def _person(ports: Ports, db: Session, number: IdNumber, entry: Entry) -> tuple[tables.Person, bool]:
    """Return the row of the person, created or brought up to date."""
    index = ports.vault.index("id_number", number.key)
    row = db.scalar(select(tables.Person).where(tables.Person.id_index == index))
    is_new = row is None
    if row is None:
        person_id = ports.new_id("per")
        row = tables.Person(
            id=person_id,
            id_type=number.id_type,
            id_number=ports.vault.seal(f"person.id_number:{person_id}", number.number),
            id_index=index,
            created_at=ports.now(),
        )
        db.add(row)
    row.name = ports.vault.seal(f"person.name:{row.id}", entry.name)
    row.sex, row.birth = entry.sex or number.sex, entry.birth or number.birth
    db.flush()
    return row, is_new


def _bind(ports: Ports, db: Session, person_id: str, openid: str) -> None:
    """Let a WeChat user receive the person's pushes, once; who had said so alone is vouched for now."""
    index = ports.vault.index("openid", openid)
    earlier = db.scalar(
        select(tables.Binding)
        .where(tables.Binding.person_id == person_id, tables.Binding.openid_index == index)
        .where(tables.Binding.revoked_at.is_(None))
    )
    if earlier is not None:
        earlier.proof = Proof.IMPORTED if earlier.proof is Proof.CLAIMED else earlier.proof
    else:
        binding_id = ports.new_id("bnd")
        db.add(
            tables.Binding(
                id=binding_id,
                person_id=person_id,
                openid=ports.vault.seal(f"binding.openid:{binding_id}", openid),
                openid_index=index,
                proof=Proof.IMPORTED,
                subscribed=False,
                created_at=ports.now(),
            )
        )


def _photo(ports: Ports, person_id: str, photo: bytes) -> str:
    """Make a photo the person's newest reference and return the verdict on it."""
    sha256 = hashlib.sha256(photo).hexdigest()
    with ports.database.reading() as db:
        if any(row.photo_sha256 == sha256 for row in _references(db, person_id)):
            return "unchanged"
    try:
        enrolment = ports.matcher.enrol(photo)
    except BadImage as error:
        return error.reason
    if enrolment.verdict != "ok":
        return enrolment.verdict
    row_id = ports.new_id("enr")
    key = f"photos/{row_id}"
    ports.objects.put(key, photo)
    templates = json.dumps([template.to_json() for template in enrolment.templates])
    with ports.database.transaction() as db:
        db.add(
            tables.Enrolment(
                id=row_id,
                person_id=person_id,
                photo_key=key,
                photo_sha256=sha256,
                templates=ports.vault.seal(f"enrolment.templates:{row_id}", templates),
                created_at=ports.now(),
            )
        )
        db.flush()
        surplus = _references(db, person_id)[PHOTOS_KEPT:]
        for old in surplus:
            old.revoked_at, old.templates = ports.now(), b""
    ports.objects.delete([old.photo_key for old in surplus])
    return "ok"


def _references(db: Session, person_id: str) -> list[tables.Enrolment]:
    """Return the person's references in use, newest first."""
    mine = select(tables.Enrolment).where(tables.Enrolment.person_id == person_id)
    in_use = mine.where(tables.Enrolment.revoked_at.is_(None))
    return list(db.scalars(in_use.order_by(tables.Enrolment.created_at.desc(), tables.Enrolment.id)))


def link(ports: Ports, numbers: tuple[str, str], network: Network, relation: str) -> bool:
    """Put the second person into the first one's network; tell whether anything changed.

    Raises Invalid `person_not_found` when either number is unknown.
    """
    with ports.database.transaction() as db:
        person_id, relative_id = (_known(ports, db, number) for number in numbers)
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


def _known(ports: Ports, db: Session, text: str) -> str:
    """Return the id of the person with this number, of whatever kind the document is."""
    for id_type in IdType:
        try:
            number = idnumber.parse(id_type, text, ports.today())
        except Invalid:
            continue
        index = ports.vault.index("id_number", number.key)
        found = db.scalar(select(tables.Person.id).where(tables.Person.id_index == index))
        if found is not None:
            return found
    raise Invalid("no such person", code="person_not_found")
