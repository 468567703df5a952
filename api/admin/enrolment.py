"""Enrols insured persons and their photos in the directory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.directory import references
from api.directory.gallery import Gallery
from api.ports import Ports
from models import tables
from models.domain.errors import Conflict, Invalid
from models.domain.identity import idnumber, names
from models.domain.identity.idnumber import IdNumber, IdType
from models.domain.person import Proof


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the people file; `birth` and `sex` are required where the number does not contain them."""

    name: str
    id_type: IdType
    id_number: str
    sex: str | None = None
    birth: date | None = None
    openid: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """An entry with its name and number validated and normalised."""

    entry: Entry
    name: str
    number: IdNumber


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Result of an enrolment: the person, whether they are new, and the verdict on the photo."""

    person_id: str
    is_new: bool
    photo: str


def enrol(ports: Ports, entry: Entry, photo: bytes | None) -> Enrolled:
    """Create or update a person and offer the photo; idempotent for the same photo.

    The verdict on the photo is `ok`, `unchanged`, `none`, `withdrawn`, `held`, `refused_before` or what is
    wrong with it. Raises Invalid `id_number_invalid`, `name_invalid` or `birth_mismatch`, and Conflict
    `name_conflict` where the number is on record under another name.
    """
    known = read(ports, entry)
    with ports.database.transaction() as db:
        row, is_new = record(ports, db, known, found(ports, db, [known.number]).get(known.number.key))
        if row is None:
            raise Conflict("the number is on record under another name", code="name_conflict")
        db.flush()
        bind(ports, db, [(known, row.id)])
        person_id, is_gone = row.id, bool(withdrawn(db, [row]))
    if photo is None or is_gone:
        return Enrolled(person_id, is_new, "withdrawn" if is_gone else "none")
    import_id = ports.new_id("imp")
    verdict = references.offer(ports, person_id, photo, import_id).code
    done = references.settle(ports, Gallery(ports), import_id).values()
    return Enrolled(person_id, is_new, next((one.verdict for one in done), verdict))


def read(ports: Ports, entry: Entry) -> Known:
    """Return an entry with its name and number as stored; raises Invalid."""
    name = names.taken(entry.name)
    number = idnumber.parse(entry.id_type, entry.id_number, ports.today())
    if entry.birth and number.birth and entry.birth != number.birth:
        raise Invalid("the birth date is not the document's", code="birth_mismatch")
    return Known(entry, name, number)


def found(ports: Ports, db: Session, numbers: Sequence[IdNumber]) -> dict[str, tables.Person]:
    """Return the enrolled persons, by the blind index of their number."""
    places = {ports.vault.index("id_number", key): one.key for one in numbers for key in reversed(one.keys)}
    rows = db.scalars(select(tables.Person).where(tables.Person.id_index.in_(places)))
    # The current index comes last, so it overrides older ones.
    current = {ports.vault.index("id_number", one.key) for one in numbers}
    return {places[row.id_index]: row for row in sorted(rows, key=lambda row: row.id_index in current)}


def withdrawn(db: Session, rows: Iterable[tables.Person]) -> set[str]:
    """Return the ids of persons who withdrew; they must not be enrolled again."""
    indexes = {row.id_index: row.id for row in rows}
    gone = select(tables.Tombstone.id_index).where(tables.Tombstone.id_index.in_(indexes))
    return {indexes[index] for index in db.scalars(gone)}


def name_of(ports: Ports, row: tables.Person) -> str:
    """Return a person's stored name."""
    return ports.vault.text(f"person.name:{row.id}", row.name)


def record(
    ports: Ports, db: Session, known: Known, row: tables.Person | None, check: bool = False
) -> tuple[tables.Person | None, bool]:
    """Create or update the person; return None where the number is enrolled under another name.

    With `check`, nothing is written: a new person gets a row outside the session.
    """
    if row is not None and not names.same(name_of(ports, row), known.name):
        return None, False
    is_new = row is None
    row = row or _created(ports, known)
    if check:
        return row, is_new
    if is_new:
        db.add(row)
    elif name_of(ports, row) != known.name:
        row.name = ports.vault.seal(f"person.name:{row.id}", known.name)
    row.sex = known.entry.sex or known.number.sex or row.sex
    row.birth = known.entry.birth or known.number.birth or row.birth
    return row, is_new


def _created(ports: Ports, known: Known) -> tables.Person:
    person_id = ports.new_id("per")
    return tables.Person(
        id=person_id,
        id_type=known.number.id_type,
        id_number=ports.vault.seal(f"person.id_number:{person_id}", known.number.number),
        id_index=ports.vault.index("id_number", known.number.key),
        name=ports.vault.seal(f"person.name:{person_id}", known.name),
        created_at=ports.now(),
    )


def bind(ports: Ports, db: Session, entries: Iterable[tuple[Known, str]]) -> None:
    """Bind each entry's WeChat to the person with this id, using one look-up for all entries.

    A binding with the proof `claimed` becomes `imported`.
    """
    wanted = {
        (person_id, ports.vault.index("openid", known.entry.openid)): known.entry.openid
        for known, person_id in entries
        if known.entry.openid
    }
    mine = select(tables.Binding).where(
        tables.Binding.person_id.in_({person_id for person_id, _ in wanted}),
        tables.Binding.revoked_at.is_(None),
    )
    earlier = {(row.person_id, row.openid_index): row for row in db.scalars(mine)} if wanted else {}
    for (person_id, index), openid in wanted.items():
        row = earlier.get((person_id, index))
        if row is None:
            _add_binding(ports, db, person_id, openid)
        elif row.proof is Proof.CLAIMED:
            row.proof = Proof.IMPORTED


def _add_binding(ports: Ports, db: Session, person_id: str, openid: str) -> None:
    """Add or upgrade one binding with the proof `imported`."""
    binding_id = ports.new_id("bnd")
    db.add(
        tables.Binding(
            id=binding_id,
            person_id=person_id,
            openid=ports.vault.seal(f"binding.openid:{binding_id}", openid),
            openid_index=ports.vault.index("openid", openid),
            proof=Proof.IMPORTED,
            subscribed=False,
            created_at=ports.now(),
        )
    )
