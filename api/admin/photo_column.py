"""Finds signs that a photo column is shifted against its rows, and photos that nothing vouches for."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from api.admin.enrolment import Known
from api.admin.lines import Line
from models.domain.identity.held import HeldReason
from models.domain.identity.looks import Placed, fits_better_moved, in_order, other_sex, out_of_step
from models.domain.identity.names import folded
from models.domain.person import age

# Names of at least two characters and whole numbers are searched anywhere in a file's name.
LONGEST, LONGEST_NAME, DIGITS = 80, 8, 18
# A row's own name or number of at least this length is searched anywhere in its file's name.
PLAIN = 5


def doubts(found: Sequence[Line], today: date) -> Iterator[tuple[Line, HeldReason]]:
    """Yield the rows whose new photo must be reviewed, with the reason; the strongest reason first.

    One photo can contradict the sex stated in the row. Sex and birth derived from the number may be mistyped,
    so several contradicting photos near one another are needed.
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
        # A single photo cannot have been exchanged with another.
        if len(run) > 1 and not in_order(placed):
            reason = HeldReason.COLUMN_SLIPPED if fits_better_moved(placed) else HeldReason.UNVOUCHED
            yield from ((line, reason) for line in run)


def _placed(line: Line, today: date) -> Placed:
    """Return a row's sex and age beside what its photo shows."""
    known, looks = line.known, line.looks
    birth = (known.entry.birth or known.number.birth) if known else None
    return Placed(
        (known.entry.sex or known.number.sex) if known else None,
        age(birth, today) if birth else None,
        looks.male if looks else None,
        looks.years if looks else None,
    )


def _bare(found: Sequence[Line], owners: dict[str, str | None]) -> Iterator[list[Line]]:
    """Yield runs of rows whose photos are neither in use already nor named after their row.

    Rows without a photo are skipped; refused rows count, since their photo may be another's.
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
    """Tell whether only the first or only the last row has no photo."""
    empty = [place for place, line in enumerate(found) if line.code == "none"]
    return len(found) > 1 and empty in ([0], [len(found) - 1])


def _owners(found: Sequence[Line]) -> dict[str, str | None]:
    """Return, by number and name in this file, whose files are called so; None where it is ambiguous."""
    owners: dict[str, str | None] = {}
    for line in found:
        if line.known:
            for word in _words(line.known):
                owners[word] = line.person_id if owners.get(word, line.person_id) == line.person_id else None
    return owners


def _named_after_another(line: Line, owners: dict[str, str | None]) -> bool:
    """Tell whether a file is named after another person of the same import."""
    named = _named(line.file.rpartition("/")[2], owners)
    return bool(named) and line.person_id not in named


def _named_after_own(line: Line, owners: dict[str, str | None]) -> bool:
    """Tell whether a file or its folder is named after its row's person and nobody else."""
    if not line.file or line.known is None or line.person_id is None:
        return False
    own = {one for one in _words(line.known) if len(one) >= PLAIN and owners.get(one) == line.person_id}
    whole = folded(line.file)
    return line.person_id in _named(line.file, owners) or any(one in whole for one in own)


def _named(file: str, owners: dict[str, str | None]) -> set[str]:
    """Return the persons of the import after whom a file may be named."""
    words = {folded(word) for word in (file, *re.split(r"[\s_\-+()（）/]+", file))}
    whole = folded(file)[-LONGEST:]
    for run in re.findall(r"[\u3400-\u9fff\U00020000-\U0003ffff]+", whole):
        words |= {run[at:to] for at in range(len(run)) for to in range(at + 2, at + 2 + LONGEST_NAME)}
    words |= {whole[at : at + DIGITS] for at in range(len(whole))}
    return {owner for word in words if (owner := owners.get(word))}


def _words(known: Known) -> tuple[str, str]:
    """Return the names and numbers that a person's file may carry."""
    return folded(known.number.number), folded(known.name)
