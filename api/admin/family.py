"""Records the family networks, by document numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.admin.enrolment import found
from api.ports import Ports
from models import tables
from models.domain.errors import Invalid
from models.domain.identity import idnumber
from models.domain.identity.idnumber import IdNumber, IdType
from models.domain.person import Network

Asked = tuple[str, IdType | None]


@dataclass(frozen=True, slots=True)
class Kinship:
    """A tie: the second person is in the first one's network; the type is None where the file has none."""

    numbers: tuple[str, str]
    id_types: tuple[IdType | None, IdType | None]
    network: Network
    relation: str

    @property
    def ends(self) -> tuple[Asked, Asked]:
        """Return both numbers with their types."""
        return (self.numbers[0], self.id_types[0]), (self.numbers[1], self.id_types[1])


def link(ports: Ports, numbers: tuple[str, str], network: Network, relation: str) -> bool:
    """Add the second person to the first one's network; return whether anything changed.

    Raises Invalid as `link_all` says.
    """
    with ports.database.transaction() as db:
        (done,) = link_all(ports, db, [Kinship(numbers, (None, None), network, relation)])
    if isinstance(done, Invalid):
        raise done
    return done


def link_all(ports: Ports, db: Session, ties: Sequence[Kinship]) -> list[bool | Invalid]:
    """Record ties with three look-ups in all; return for each whether it changed anything, or an error code.

    Codes: `person_not_found` when either number is unknown, `person_ambiguous` when two document types have
    the number and the tie names none, `link_invalid` for a person tied to themselves.
    """
    meant = _meant(ports, ties)
    on_record = found(ports, db, [one for numbers in meant.values() for one in numbers])
    pairs = [_pair(tie, meant, on_record) for tie in ties]
    firsts = {on_record[pair[0]].id for pair in pairs if not isinstance(pair, Invalid)}
    mine = select(tables.FamilyLink).where(tables.FamilyLink.person_id.in_(firsts))
    rows = {(row.person_id, row.relative_id): row for row in db.scalars(mine)}
    done: list[bool | Invalid] = []
    for tie, pair in zip(ties, pairs, strict=True):
        if isinstance(pair, Invalid):
            done.append(pair)
            continue
        ids = (on_record[pair[0]].id, on_record[pair[1]].id)
        row = rows.get(ids)
        done.append(row is None or (row.network, row.relation) != (tie.network, tie.relation))
        if row is None:
            row = tables.FamilyLink(id=ports.new_id("fam"), person_id=ids[0], relative_id=ids[1])
            rows[ids] = row
            db.add(row)
        row.network, row.relation = tie.network, tie.relation
    return done


def may_link_all(
    ports: Ports, db: Session, ties: Sequence[Kinship], coming: Collection[str]
) -> list[bool | Invalid]:
    """Return what `link_all` would, assuming that persons with the keys `coming` have been enrolled."""
    meant = _meant(ports, ties)
    numbers = [one for some in meant.values() for one in some]
    known = {one.key for one in numbers if one.key in coming} | set(found(ports, db, numbers))
    pairs = [_pair(tie, meant, known) for tie in ties]
    return [pair if isinstance(pair, Invalid) else True for pair in pairs]


def _meant(ports: Ports, ties: Sequence[Kinship]) -> dict[Asked, list[IdNumber]]:
    """Return the persons whom each number can mean, under the type named or any type."""
    today = ports.today()
    meant: dict[Asked, list[IdNumber]] = {}
    for asked in {end for tie in ties for end in tie.ends}:
        text, id_type = asked
        meant[asked] = []
        for kind in [id_type] if id_type else IdType:
            try:
                meant[asked].append(idnumber.parse(kind, text, today))
            except Invalid:
                continue
    return meant


def _pair(
    tie: Kinship, meant: dict[Asked, list[IdNumber]], known: Collection[str]
) -> tuple[str, str] | Invalid:
    """Return the keys of both ends, or an error code."""
    keys = []
    for end in tie.ends:
        candidates = {one.key for one in meant[end] if one.key in known}
        if len(candidates) > 1:
            return Invalid("two persons have this number on different documents", code="person_ambiguous")
        if not candidates:
            return Invalid("no such person", code="person_not_found")
        keys.append(candidates.pop())
    if keys[0] == keys[1]:
        return Invalid("nobody is their own relative", code="link_invalid")
    return keys[0], keys[1]
