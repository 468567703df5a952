"""Validated text types of requests."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from models.domain.errors import Invalid
from models.domain.identity import names

# Unicode categories: format (zero width, bidi), line and paragraph separators, surrogates, private use.
UNSEEN = frozenset({"Cf", "Zl", "Zp", "Cs", "Co"})


def text(longest: int) -> StringConstraints:
    """Return the annotated type of trimmed text of 1–`longest` characters without control characters."""
    pattern = r"^[^\x00-\x1f\x7f]+$"
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest, pattern=pattern)


def _unpadded(text: str) -> str:
    """Refuse leading or trailing blanks; trimming would make the number differ from the till's."""
    if text != text.strip():
        raise ValueError("blanks at the ends")
    return text


def _seen(text: str) -> str:
    """Refuse invisible and bidirectional control characters, which can make 护工 look like 本人."""
    if any(unicodedata.category(one) in UNSEEN for one in text):
        raise ValueError("invisible characters")
    return text


def _taken(name: str) -> str:
    """Return an insured person's name, normalised and validated by the domain rule."""
    try:
        return names.taken(name)
    except Invalid as refusal:
        raise ValueError(refusal.detail) from None


Name = Annotated[str, text(50), AfterValidator(_seen)]
# Names for look-ups: accept every name the import accepts; typed text is never displayed.
PersonName = Annotated[
    str, StringConstraints(min_length=1, max_length=2 * names.LONGEST), AfterValidator(_taken)
]
Word = Annotated[str, text(64), AfterValidator(_seen)]
# Stored unchanged, so that the till can look it up.
OrderNo = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_seen),
    AfterValidator(_unpadded),
]
IdNumber = Annotated[str, text(64)]
Relation = Annotated[str, text(16), AfterValidator(_seen)]
Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
