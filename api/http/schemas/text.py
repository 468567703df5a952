"""The kinds of text that clients send."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from models.domain.errors import Invalid
from models.domain.identity import names

# Formats (zero width, right to left), line and paragraph separators, surrogates, private use.
UNSEEN = frozenset({"Cf", "Zl", "Zp", "Cs", "Co"})


def text(longest: int) -> StringConstraints:
    """Return the rule for trimmed text of 1–`longest` characters without control characters."""
    pattern = r"^[^\x00-\x1f\x7f]+$"
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest, pattern=pattern)


def _unpadded(text: str) -> str:
    """Refuse blanks at either end: trimmed in silence, it would be another number than the till has."""
    if text != text.strip():
        raise ValueError("blanks at the ends")
    return text


def _seen(text: str) -> str:
    """Refuse what nobody sees or what turns other text round: it makes 护工 look like 本人."""
    if any(unicodedata.category(one) in UNSEEN for one in text):
        raise ValueError("invisible characters")
    return text


def _taken(name: str) -> str:
    """Return an insured person's name by the one rule for names."""
    try:
        return names.taken(name)
    except Invalid as refusal:
        raise ValueError(refusal.detail) from None


Name = Annotated[str, text(50), AfterValidator(_seen)]
# Whoever is looked up: what the import took must be taken here, and nothing typed is ever shown.
PersonName = Annotated[
    str, StringConstraints(min_length=1, max_length=2 * names.LONGEST), AfterValidator(_taken)
]
Word = Annotated[str, text(64), AfterValidator(_seen)]
# Kept as written, so that the till finds it again.
OrderNo = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$"),
    AfterValidator(_seen),
    AfterValidator(_unpadded),
]
IdNumber = Annotated[str, text(64)]
Relation = Annotated[str, text(16), AfterValidator(_seen)]
Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
