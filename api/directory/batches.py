"""Review of whole imports: a contact sheet of photos that nothing vouches for, and one decision on all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.directory import file_deletion
from api.directory.gallery import Gallery
from api.directory.held import Ruling, described, masked, settle, shown
from api.ports import Ports
from models import tables
from models.domain.errors import Absent, Conflict
from models.domain.identity.held import BY_ROWS, HeldReason, HeldState

# How many photos of an import are shown, evenly spread over its rows and including both ends.
SHOWN = 60
# How many photos are decided in one transaction; bounds how long a till waits.
TOGETHER = 50
Progress = Callable[[Sequence[Sequence[str]], str], Iterable[Sequence[str]]]
Item = TypeVar("Item")
HELD = tables.HeldPhoto
UNVOUCHED = (HELD.state == HeldState.HELD, HELD.reason == HeldReason.UNVOUCHED)


@dataclass(frozen=True, slots=True)
class Batch:
    """One import with photos that nothing vouches for, and how many."""

    import_id: str
    count: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """One photo with its row's masked name and the recorded sex and year of birth."""

    held_id: str
    name: str
    described: str
    photo_key: str


@dataclass(frozen=True, slots=True)
class ContactSheet:
    """A batch with a sample of its photos, in row order."""

    batch: Batch
    portraits: tuple[Portrait, ...]


def waiting(ports: Ports) -> list[Batch]:
    """Return the imports awaiting review, oldest first."""
    counted = select(HELD.import_id, func.count()).where(*UNVOUCHED).group_by(HELD.import_id)
    with ports.database.reading() as db:
        return [Batch(*row) for row in db.execute(counted.order_by(func.min(HELD.created_at)))]


def contact_sheets(ports: Ports) -> Iterator[ContactSheet]:
    """Yield a contact sheet for each import awaiting review."""
    for batch in waiting(ports):
        yield contact_sheet(ports, batch.import_id)


def contact_sheet(ports: Ports, import_id: str) -> ContactSheet:
    """Return the contact sheet of one import; raises Absent where nothing of it waits."""
    mine = (*UNVOUCHED, HELD.import_id == import_id)
    with ports.database.reading() as db:
        count = db.scalar(select(func.count()).select_from(HELD).where(*mine)) or 0
        if not count:
            raise Absent("nothing of this import waits")
        # Numbered by the index, so that of a large import only the rows shown are read.
        place = func.row_number().over(order_by=(HELD.created_at, HELD.id))
        numbered = select(HELD.id, place.label("place")).where(*mine).subquery()
        chosen = select(numbered.c.id).where(numbered.c.place.in_(spread(range(1, count + 1), SHOWN)))
        return ContactSheet(Batch(import_id, count), _portraits(ports, db, db.scalars(chosen).all()))


def _portraits(ports: Ports, db: Session, held_ids: Sequence[str]) -> tuple[Portrait, ...]:
    """Return photos with their persons, in row order."""
    wanted = (
        select(HELD.id, HELD.photo_key, tables.Person)
        .join(tables.Person, tables.Person.id == HELD.person_id)
        .where(HELD.id.in_(held_ids))
        .order_by(HELD.created_at, HELD.id)
    )
    return tuple(
        Portrait(held_id, masked(ports, person), described(person), key)
        for held_id, key, person in db.execute(wanted)
    )


def photos(ports: Ports, sheet: ContactSheet) -> list[str]:
    """Return the photos of a contact sheet as data: addresses; empty ones cannot be decrypted."""
    return [shown(ports, one.photo_key) for one in sheet.portraits]


def spread(items: Sequence[Item], most: int) -> list[Item]:
    """Return at most `most` evenly spaced items of a list, including both ends."""
    if len(items) <= most:
        return list(items)
    return [items[round(at * (len(items) - 1) / (most - 1))] for at in range(most)]


def decide_all(
    ports: Ports, import_id: str, ruling: Ruling, progress: Progress = lambda parts, _: parts
) -> int:
    """Refuse all held photos of an import, or accept those that only lack a voucher; return how many.

    Photos that contradict another photo must be decided one by one; persons who withdrew are skipped. An
    interrupted run can be repeated. Raises Invalid as `decide`, and Absent where nothing of this import is
    held.
    """
    mine = select(HELD.id).where(HELD.import_id == import_id, HELD.state == HeldState.HELD)
    if ruling.accept:
        mine = mine.where(HELD.reason.in_(BY_ROWS))
    with ports.database.reading() as db:
        meant = list(db.scalars(mine.order_by(HELD.created_at, HELD.id)))
    if not meant:
        raise Absent("nothing of this import waits for that")
    # Photos of this import were compared with each other before they were held.
    gallery = Gallery(ports, follows=False)
    parts = [meant[at : at + TOGETHER] for at in range(0, len(meant), TOGETHER)]
    return sum(_decided(ports, part, ruling, gallery) for part in progress(parts, "记录决定"))


def _decided(ports: Ports, held_ids: Sequence[str], ruling: Ruling, gallery: Gallery) -> int:
    """Decide on some photos in one transaction; return how many."""
    count = 0
    with ports.database.transaction() as db:
        if ruling.accept:
            gallery.refresh(db)
        for held_id in held_ids:
            with suppress(Conflict):
                settle(ports, db, held_id, ruling, gallery)
                count += 1
    file_deletion.delete_due(ports)
    return count
