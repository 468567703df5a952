"""Converts a spreadsheet row to an entry or a tie, or names the invalid cell."""

from dataclasses import dataclass

from api.admin import enrolment
from api.admin.enrolment import Entry, Known
from api.admin.family import Kinship
from api.admin.sheets import Row
from api.ports import Ports
from matcher.types import Looks
from models.domain.errors import Invalid
from models.domain.identity.cells import date_of, id_type_of, lost_digits, plain
from models.domain.person import Network, Sex, mask, sex_of

STORED_SEX = {Sex.MALE: "male", Sex.FEMALE: "female", Sex.UNKNOWN: None}
NETWORKS = {"家庭共济": Network.FAMILY_SHARE, "亲情代办": Network.FAMILY_PROXY, "共济": Network.FAMILY_SHARE}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of one row: its place, the person (masked), the cell concerned, and a code.

    `others`: masked names of the persons it conflicts with; `note`: code of a warning on an accepted row.
    """

    file: str
    row: int
    who: str
    code: str
    column: str = ""
    others: tuple[str, ...] = ()
    note: str = ""


@dataclass
class Line:
    """One row in progress: its person, their id, its photo, and its verdict."""

    row: Row
    known: Known | None = None
    person_id: str | None = None
    code: str = ""
    column: str = ""
    others: tuple[str, ...] = ()
    file: str = ""
    looks: Looks | None = None

    @property
    def note(self) -> str:
        """Return `sex_mismatch` where the row's sex contradicts its number."""
        said, told = (self.known.entry.sex, self.known.number.sex) if self.known else (None, None)
        return "sex_mismatch" if said and told and said != told else ""


@dataclass(frozen=True, slots=True)
class Wrong(Exception):
    """An invalid cell."""

    column: str
    code: str


def person(ports: Ports, row: Row) -> Known:
    """Return the entry that a row describes; raises Wrong."""
    _whole(row)
    cells = {column: plain(text) for column, text in row.cells.items()}
    id_type = id_type_of(cells.get("id_type", ""))
    sex = sex_of(cells.get("sex"))
    if id_type is None:
        raise Wrong("id_type", "id_type_unknown")
    if sex is None:
        raise Wrong("sex", "sex_unknown")
    if lost_digits(cells["id_number"]):
        raise Wrong("id_number", "digits_lost")
    try:
        birth = date_of(cells.get("birth", ""))
    except ValueError:
        raise Wrong("birth", "date_unreadable") from None
    openid = cells.get("openid") or None
    if openid and not (openid.isascii() and openid.isprintable() and len(openid) <= 64):
        raise Wrong("openid", "openid_invalid")
    try:
        return enrolment.read(
            ports, Entry(cells["name"], id_type, cells["id_number"], STORED_SEX[sex], birth, openid)
        )
    except Invalid as refusal:
        raise Wrong(COLUMN_OF.get(refusal.code, ""), refusal.code) from None


COLUMN_OF = {"id_number_invalid": "id_number", "name_invalid": "name", "birth_mismatch": "birth"}


def kinship(row: Row) -> Kinship:
    """Return the tie that a row of the links file describes; raises Wrong."""
    _whole(row)
    cells = {column: plain(text) for column, text in row.cells.items()}
    try:
        network = NETWORKS.get(cells["network"]) or Network(cells["network"].casefold())
    except ValueError:
        raise Wrong("network", "network_unknown") from None
    if network is Network.SELF:
        raise Wrong("network", "network_unknown")
    relation = cells["relation"]
    if not 1 <= len(relation) <= 16 or not relation.isprintable():
        raise Wrong("relation", "relation_invalid")
    kinds = []
    for column, number in (("id_type", "id_number"), ("relative_id_type", "relative_id_number")):
        kind = id_type_of(cells.get(column, ""))
        if kind is None:
            raise Wrong(column, "id_type_unknown")
        if lost_digits(cells[number]):
            raise Wrong(number, "digits_lost")
        kinds.append(kind if cells.get(column) else None)
    numbers = (cells["id_number"], cells["relative_id_number"])
    return Kinship(numbers, (kinds[0], kinds[1]), network, relation)


def who(row: Row) -> str:
    """Return a row's masked name for the report."""
    name = plain(row.cells.get("name", ""))
    shown = "".join(one if one.isprintable() else "�" for one in name)
    return mask(shown[:20]) if shown else row.cells.get("relation", "")[:16]


def _whole(row: Row) -> None:
    """Raise Wrong for an unparsable row or a column with two different contents."""
    if row.broken:
        raise Wrong("", "quote_open")
    if row.doubled:
        raise Wrong(row.doubled[0], "column_doubled")
