"""What an operator types to be recorded: names and notes that somebody can read later."""

import unicodedata

from models.domain.errors import Invalid

NAME, NOTE = 64, 500
# Controls, formats (zero width, right to left), line and paragraph separators, surrogates, private use.
UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co"})


def named(name: str, most: int = NAME) -> str:
    """Return a name with one space between its words; raises Invalid for none, or what nobody sees."""
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= most or any(unicodedata.category(one) in UNSEEN for one in clean):
        raise Invalid(f"a name of 1–{most} characters is needed")
    return clean


def noted(note: str) -> str:
    """Return a trimmed note; raises Invalid for an empty or an endless one."""
    clean = note.strip()
    if not 1 <= len(clean) <= NOTE:
        raise Invalid(f"a note of 1–{NOTE} characters is needed")
    return clean
