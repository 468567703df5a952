"""Review of whole imports: a contact sheet of photos that nothing vouches for, and one decision on all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import func, select

from api.directory import file_deletion
from api.directory.gallery import Gallery
from api.directory.held import Ruling, described, name, settle, shown
from api.ports import Ports
from models import tables
from models.domain.errors import Absent, Conflict
from models.domain.identity.held import BY_ROWS, HeldReason, HeldState

# How many photos of an import are shown, evenly spread over its rows and including both ends.
SHOWN = 60
# How many photos are decided in one transaction; bounds how long a till waits.
TOGETHER = 50
Progress = Callable[[Sequence[Sequence[str]], str], Iterable[Sequence[str]]]
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
    photo: str


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
        yield _sheet(ports, batch)


def contact_sheet(ports: Ports, import_id: str) -> ContactSheet:
    """Return the contact sheet of one import; raises Absent where nothing of it waits."""
    batch = next((one for one in waiting(ports) if one.import_id == import_id), None)
    if batch is None:
        raise Absent("nothing of this import waits")
    return _sheet(ports, batch)


def _sheet(ports: Ports, batch: Batch) -> ContactSheet:
    with ports.database.reading() as db:
        mine = select(HELD.id).where(*UNVOUCHED, HELD.import_id == batch.import_id)
        ids = list(db.scalars(mine.order_by(HELD.created_at, HELD.id)))
        chosen = (db.get_one(HELD, held_id) for held_id in spread(ids, SHOWN))
        portraits = tuple(
            Portrait(
                row.id,
                name(ports, db, row.person_id),
                described(db, row.person_id),
                shown(ports.within(db), row.photo_key),
            )
            for row in chosen
        )
    return ContactSheet(batch, portraits)


def spread(ids: Sequence[str], most: int) -> list[str]:
    """Return at most `most` evenly spaced items of a list, including both ends."""
    if len(ids) <= most:
        return list(ids)
    return [ids[round(at * (len(ids) - 1) / (most - 1))] for at in range(most)]


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
