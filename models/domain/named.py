"""Validation of names and notes that operators type for the record."""

import unicodedata

from models.domain.errors import Invalid

NAME, NOTE = 64, 500
# Controls, formats (zero width, right to left), line and paragraph separators, surrogates, private use.
UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co"})


def named(name: str, most: int = NAME) -> str:
    """Return a name with single spaces between words; raises Invalid for an empty or invisible one."""
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= most or any(unicodedata.category(one) in UNSEEN for one in clean):
        raise Invalid(f"a name of 1–{most} characters is needed")
    return clean


def noted(note: str) -> str:
    """Return a trimmed note; raises Invalid for an empty, invisible or over-long one."""
    clean = note.strip()
    seen = any(not one.isspace() and unicodedata.category(one) not in UNSEEN for one in clean)
    if not seen or len(clean) > NOTE:
        raise Invalid(f"a note of 1–{NOTE} characters is needed")
    return clean
