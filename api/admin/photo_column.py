"""Signs that a photo column is shifted against its rows: file names, looks, a gap at its end."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from api.admin.lines import Line
from models.domain.identity.held import HeldReason
from models.domain.identity.looks import other_age, other_sex, out_of_step
from models.domain.identity.names import folded
from models.domain.person import age

# Names of two and more characters and whole numbers are looked for anywhere in a file's name.
LONGEST, LONGEST_NAME, DIGITS = 80, 8, 18


def doubts(found: Sequence[Line], today: date) -> Iterator[tuple[Line, HeldReason]]:
    """Yield the lines whose new photo somebody has to look at, and why, the strongest reason first.

    A sex that the row itself states is contradicted by one photo; what a number tells of sex and birth may
    be mistyped, so that it takes several such photos near one another.
    """
    owners = _owners(found)
    new = [line for line in found if line.looks is not None]
    for line in found:
        if line.file and _named_after_another(line, owners):
            yield line, HeldReason.NAMED_AFTER_ANOTHER
    contradicted = [_contradicted(line, today) for line in new]
    slipped = out_of_step(contradicted, _gap(found))
    for place, line in enumerate(new):
        if place in slipped:
            yield line, HeldReason.COLUMN_SLIPPED
        elif line.known and line.looks and other_sex(line.known.entry.sex, line.looks.male):
            yield line, HeldReason.UNLIKE_ROW


def _contradicted(line: Line, today: date) -> bool:
    """Tell whether a photo contradicts what its row says of sex and age."""
    known, looks = line.known, line.looks
    if known is None or looks is None:
        return False
    birth = known.entry.birth or known.number.birth
    sex = known.entry.sex or known.number.sex
    return other_sex(sex, looks.male) or other_age(age(birth, today) if birth else None, looks.years)


def _gap(found: Sequence[Line]) -> bool:
    """Tell whether the first or the last row alone has no photo."""
    empty = [place for place, line in enumerate(found) if line.code == "none"]
    return len(found) > 1 and empty in ([0], [len(found) - 1])


def _owners(found: Sequence[Line]) -> dict[str, str | None]:
    """Return whose a file is that is called by a number or a name of this file; None for several."""
    owners: dict[str, str | None] = {}
    for line in found:
        if line.known:
            for word in (folded(line.known.number.number), folded(line.known.name)):
                owners[word] = line.person_id if owners.get(word, line.person_id) == line.person_id else None
    return owners


def _named_after_another(line: Line, owners: dict[str, str | None]) -> bool:
    """Tell whether a file is called by the name or number of somebody else of the same import."""
    words = {folded(word) for word in (line.file, *re.split(r"[\s_\-+()（）]+", line.file))}
    whole = folded(line.file)[:LONGEST]
    for run in re.findall(r"[\u3400-\u9fff\U00020000-\U0003ffff]+", whole):
        words |= {run[at:to] for at in range(len(run)) for to in range(at + 2, at + 2 + LONGEST_NAME)}
    words |= {whole[at : at + DIGITS] for at in range(len(whole))}
    named = {owners[word] for word in words if owners.get(word)}
    return bool(named) and line.person_id not in named
