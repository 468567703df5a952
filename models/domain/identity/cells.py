"""Parsing of spreadsheet cells: common spellings of dates, document types and numbers."""

import re
import unicodedata
from datetime import date, timedelta

from models.domain.identity.idnumber import IdType

# Day 0 of spreadsheet dates; valid after 29 February 1900, a day spreadsheets count although it did not
# exist.
_EPOCH, _LAST = date(1899, 12, 30), 73050
_DATES = (
    re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?E\+?\d+", re.IGNORECASE)
# Words used by regional platforms (psn_cert_type) and by people; spreadsheets drop the zero of 01.
_ID_TYPES = {
    IdType.RESIDENT: """
        01 1 身份证 居民身份证 二代身份证 居民身份证(户口簿) 户口簿 临时身份证
        中华人民共和国居民身份证 idcard id_card
    """,
    IdType.HK_MACAO_TAIWAN: """
        04 4 05 5 06 6 港澳台居民居住证 港澳居民来往内地通行证 台湾居民来往大陆通行证 港澳通行证 回乡证 台胞证
        港澳居民居住证 台湾居民居住证 港澳台通行证 港澳台通行证或居住证 居住证
        香港特区护照/港澳居民来往内地通行证 澳门特区护照/港澳居民来往内地通行证
    """,
    IdType.FOREIGN_PERMANENT: "07 7 外国人永久居留证 外国人永久居留身份证 永久居留证 永居证",
    IdType.PASSPORT: "08 8 16 护照 外国护照 外国人护照 中国护照 普通护照",
    IdType.BIRTH_CERTIFICATE: "出生证 出生医学证明 出生证明",
}
_KINDS = {word: kind for kind, words in _ID_TYPES.items() for word in words.split()} | {
    kind.value: kind for kind in IdType
}


def plain(text: str) -> str:
    """Return a cell without the blanks, invisible characters, apostrophe or `="…"` that spreadsheets add."""
    seen = "".join(one for one in text if unicodedata.category(one) != "Cf").strip()
    formula = re.fullmatch(r'="(.*)"', seen, re.DOTALL)
    seen = formula[1].replace('""', '"').strip() if formula else seen
    return seen[1:].strip() if seen[:1] in ("'", "\u2018", "\u2019") else seen


def id_type_of(text: str) -> IdType | None:
    """Return the document type a cell names (empty: resident), or None for an unknown one."""
    word = unicodedata.normalize("NFKC", plain(text)).casefold()
    word = re.sub(r"\s+", "", word)
    return _KINDS.get(word, IdType.RESIDENT if word == "" else None)


def date_of(text: str) -> date | None:
    """Return the date in a cell in any common notation; raises ValueError."""
    word = re.sub(r"\s*([-/.年月日])\s*", r"\1", unicodedata.normalize("NFKC", plain(text)))
    if word == "":
        return None
    word = _TIME.sub("", word)
    for form in _DATES:
        if found := form.fullmatch(word):
            return date(*map(int, found.groups()))
    # Four digits are only a year, not a date.
    serial = re.fullmatch(r"(\d{5})(\.\d+)?", word)
    if serial and int(serial[1]) <= _LAST:
        return _EPOCH + timedelta(days=int(serial[1]))
    raise ValueError("not a date")


def lost_digits(text: str) -> bool:
    """Tell whether a number was turned into 3.30106E+17 and has lost its last digits."""
    return _SCIENTIFIC.fullmatch(plain(text)) is not None
