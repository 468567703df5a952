"""Identity document numbers: form, checksum and birth date only.

Regions are not checked: they change, and 港澳台居民居住证 (81–83…) and the 2023 永久居留证 (9…)
share the 18-digit form of GB 11643-1999.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from models.domain.errors import Invalid

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_QUOTES = "='\"`\u00b4\u2018\u2019\u201a\u201c\u201d\u2032\u2033\u02bc"
# The multiplication sign and the Cyrillic and Greek letters that look like X.
_LIKE_X = "\u00d7\u0425\u03a7"


class IdType(StrEnum):
    """Kinds of identity document accepted at the till."""

    RESIDENT = "resident"
    HK_MACAO_TAIWAN = "hk_macao_taiwan"
    FOREIGN_PERMANENT = "foreign_permanent"
    PASSPORT = "passport"
    BIRTH_CERTIFICATE = "birth_certificate"


# 回乡证 H/M + 8 (+2) digits; 台胞证 8 digits; old 永久居留证 3 letters + 12 digits;
# ICAO 9303 allows 9 characters in the zone, national numbers run longer; 出生医学证明 letter + 9.
_OTHER_FORMS = {
    IdType.HK_MACAO_TAIWAN: re.compile(r"[HM][0-9]{8}([0-9]{2})?|[0-9]{8}"),
    IdType.FOREIGN_PERMANENT: re.compile(r"[A-Z]{3}[0-9]{12}"),
    IdType.PASSPORT: re.compile(r"[A-Z0-9]{5,17}"),
    IdType.BIRTH_CERTIFICATE: re.compile(r"[A-Z][0-9]{9}"),
}
_ALSO_EIGHTEEN = (IdType.RESIDENT, IdType.HK_MACAO_TAIWAN, IdType.FOREIGN_PERMANENT)


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid document number; `birth` and `sex` where the number contains them."""

    id_type: IdType
    number: str = field(repr=False)
    birth: date | None = field(default=None, repr=False)
    sex: str | None = None

    @property
    def key(self) -> str:
        """Return the input of its blind index.

        GB 11643 numbers are one series, whatever document shows them; other numbers are distinct per document
        type.
        """
        kind = IdType.RESIDENT if _RESIDENT.fullmatch(self.number) else self.id_type
        return f"{kind}:{self.number}"

    @property
    def keys(self) -> tuple[str, ...]:
        """Return `key`, then the inputs under which the same document was indexed by older versions."""
        if self.number[0] not in "89" or not _RESIDENT.fullmatch(self.number):
            return (self.key,)
        return (self.key, *(f"{kind}:{self.number}" for kind in _ALSO_EIGHTEEN[1:]))


def parse(id_type: IdType, text: str, today: date) -> IdNumber:
    """Return the number in its canonical form (half-width, upper case, no spaces).

    Characters that spreadsheets add (apostrophes, `="…"`, invisible ones) are dropped. Raises Invalid
    `id_number_invalid`; the text itself is never part of the error.
    """
    number = _bare(text)
    if id_type in _ALSO_EIGHTEEN and _RESIDENT.fullmatch(number):
        return _eighteen(id_type, number, today)
    form = _OTHER_FORMS.get(id_type)
    if form is None or not form.fullmatch(number):
        raise _invalid("form")
    return IdNumber(id_type, number)


def _bare(text: str) -> str:
    """Return a number without blanks, hyphens, quotes and invisible characters, with a Latin X."""
    normal = unicodedata.normalize("NFKC", text)
    number = "".join(one for one in normal if not _around(one)).upper()
    return number[:-1] + "X" if number[:-1].isdecimal() and number[-1] in _LIKE_X else number


def _around(character: str) -> bool:
    """Tell whether a character cannot be part of a number."""
    kind = unicodedata.category(character)
    return character.isspace() or kind in ("Cf", "Pd", "Zs") or character in _QUOTES


def check_character(first_seventeen: str) -> str:
    """Return the 18th character for 17 digits (ISO 7064 MOD 11-2, GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def _eighteen(id_type: IdType, number: str, today: date) -> IdNumber:
    """Return an 18-character number after its checksum and birth date have been checked."""
    if check_character(number[:17]) != number[17]:
        raise _invalid("checksum")
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise _invalid("birth date") from None
    if not date(1850, 1, 1) <= birth <= today:
        raise _invalid("birth date")
    return IdNumber(id_type, number, birth, "male" if int(number[16]) % 2 else "female")


def _invalid(what: str) -> Invalid:
    return Invalid(
        f"the document number's {what} is not right; please check what was typed", code="id_number_invalid"
    )
