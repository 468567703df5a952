"""Signs that a photo column is shifted against its rows, and what vouches for a photo: file names, looks."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from api.admin.enrolment import Known
from api.admin.lines import Line
from models.domain.identity.held import HeldReason
from models.domain.identity.looks import Placed, fits_better_moved, in_order, other_sex, out_of_step
from models.domain.identity.names import folded
from models.domain.person import age

# Names of two and more characters and whole numbers are looked for anywhere in a file's name.
LONGEST, LONGEST_NAME, DIGITS = 80, 8, 18
# A name or number of so many letters is looked for anywhere in the file name of its own row.
PLAIN = 5


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
    contradicted = [placed.contradicts(placed) for placed in (_placed(line, today) for line in new)]
    slipped = out_of_step(contradicted, _gap(found))
    for place, line in enumerate(new):
        if place in slipped:
            yield line, HeldReason.COLUMN_SLIPPED
        elif line.known and line.looks and other_sex(line.known.entry.sex, line.looks.male):
            yield line, HeldReason.UNLIKE_ROW
    for run in _bare(found, owners):
        placed = [_placed(line, today) for line in run]
        # One alone has nothing to be exchanged with.
        if len(run) > 1 and not in_order(placed):
            reason = HeldReason.COLUMN_SLIPPED if fits_better_moved(placed) else HeldReason.UNVOUCHED
            yield from ((line, reason) for line in run)


def _placed(line: Line, today: date) -> Placed:
    """Return what a row says of sex and age beside what its photo looks like."""
    known, looks = line.known, line.looks
    birth = (known.entry.birth or known.number.birth) if known else None
    return Placed(
        (known.entry.sex or known.number.sex) if known else None,
        age(birth, today) if birth else None,
        looks.male if looks else None,
        looks.years if looks else None,
    )


def _bare(found: Sequence[Line], owners: dict[str, str | None]) -> Iterator[list[Line]]:
    """Yield the runs of rows whose photos are neither in use already nor named after their row.

    Rows without a photo count for nothing; rows that are refused count, since their photo may be another's.
    """
    run: list[Line] = []
    for line in found:
        if not line.row.cells.get("photo", "").strip():
            continue
        if line.code == "unchanged" or _named_after_own(line, owners):
            yield run
            run = []
        else:
            run.append(line)
    yield run


def _gap(found: Sequence[Line]) -> bool:
    """Tell whether the first or the last row alone has no photo."""
    empty = [place for place, line in enumerate(found) if line.code == "none"]
    return len(found) > 1 and empty in ([0], [len(found) - 1])


def _owners(found: Sequence[Line]) -> dict[str, str | None]:
    """Return whose a file is that is called by a number or a name of this file; None for several."""
    owners: dict[str, str | None] = {}
    for line in found:
        if line.known:
            for word in _words(line.known):
                owners[word] = line.person_id if owners.get(word, line.person_id) == line.person_id else None
    return owners


def _named_after_another(line: Line, owners: dict[str, str | None]) -> bool:
    """Tell whether a file is called by the name or number of somebody else of the same import."""
    named = _named(line.file.rpartition("/")[2], owners)
    return bool(named) and line.person_id not in named


def _named_after_own(line: Line, owners: dict[str, str | None]) -> bool:
    """Tell whether a file or its folder is called by the name or number of its row, and of no other row."""
    if not line.file or line.known is None or line.person_id is None:
        return False
    own = {one for one in _words(line.known) if len(one) >= PLAIN and owners.get(one) == line.person_id}
    whole = folded(line.file)
    return line.person_id in _named(line.file, owners) or any(one in whole for one in own)


def _named(file: str, owners: dict[str, str | None]) -> set[str]:
    """Return the persons of the same import by whose names or numbers a file is called."""
    words = {folded(word) for word in (file, *re.split(r"[\s_\-+()（）/]+", file))}
    whole = folded(file)[-LONGEST:]
    for run in re.findall(r"[\u3400-\u9fff\U00020000-\U0003ffff]+", whole):
        words |= {run[at:to] for at in range(len(run)) for to in range(at + 2, at + 2 + LONGEST_NAME)}
    words |= {whole[at : at + DIGITS] for at in range(len(whole))}
    return {owner for word in words if (owner := owners.get(word))}


def _words(known: Known) -> tuple[str, str]:
    """Return what a file may be called by."""
    return folded(known.number.number), folded(known.name)
