"""Review of held photos by a named operator: view, accept, confirm twins, refuse."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.directory import file_deletion, photos
from api.directory.comparison import compare, in_use
from api.directory.gallery import Gallery, likeness, opened
from api.directory.likeness import scale
from api.directory.references import revoke, use
from api.ports import Ports
from matcher.errors import BadImage
from matcher.imaging import decode
from models import tables
from models.domain.errors import Absent, Conflict
from models.domain.identity.held import HeldReason, HeldState, may_be_twins, may_decide
from models.domain.person import Sex, mask, sex_of

SHOWN_PX = 360


@dataclass(frozen=True, slots=True)
class Waiting:
    """One held photo: person (masked), reason and import."""

    held_id: str
    import_id: str
    name: str
    reason: HeldReason | None
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A held photo beside the person's own and the similar ones of others, as data: addresses.

    `described`: the person's recorded sex and year of birth.
    """

    waiting: Waiting
    photo: str
    own: tuple[str, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]
    described: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision with its operator and reason; `twins` confirms that both photos are right."""

    accept: bool
    by: str
    why: str
    twins: bool = False


def waiting(ports: Ports) -> list[Waiting]:
    """Return the photos to be reviewed one by one, oldest first."""
    with ports.database.reading() as db:
        return [_waiting(ports, db, row) for row in _rows(db)]


def side_by_side(ports: Ports, most: int = 100) -> Iterable[SideBySide]:
    """Yield the oldest held photos with the pictures they are to be compared with."""
    with ports.database.reading() as db:
        for row in _rows(db)[:most]:
            yield _beside(ports.within(db), db, row)


def one_side_by_side(ports: Ports, held_id: str) -> SideBySide:
    """Return one photo that waits with the pictures it is to be compared with; raises Absent."""
    with ports.database.reading() as db:
        row = db.get(tables.HeldPhoto, held_id)
        if row is None:
            raise Absent("no such photo")
        return _beside(ports.within(db), db, row)


def _beside(ports: Ports, db: Session, row: tables.HeldPhoto) -> SideBySide:
    others = tuple((name(ports, db, one), _pictures(ports, db, one)) for one in row.other_ids)
    own = _pictures(ports, db, row.person_id, row.id)
    return SideBySide(
        _waiting(ports, db, row),
        shown(ports, row.photo_key),
        own,
        others,
        described(db.get_one(tables.Person, row.person_id)),
    )


def decide(ports: Ports, held_id: str, ruling: Ruling) -> HeldState:
    """Accept or refuse a photo, once.

    Accepted without `twins`, the photo belongs to this person only: the person's dissimilar references, and
    others' similar ones, are revoked. Raises Absent, Conflict `wrong_state`, Invalid `reviewer_missing` or
    `not_twins`.
    """
    with ports.database.transaction() as db:
        state = settle(ports, db, held_id, ruling, Gallery(ports))
    file_deletion.delete_due(ports)
    return state


def settle(ports: Ports, db: Session, held_id: str, ruling: Ruling, gallery: Gallery) -> HeldState:
    """As `decide`, in an open transaction; the files of revoked references are scheduled for deletion."""
    row = db.get(tables.HeldPhoto, held_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Absent("no such photo")
    may_decide(row.state, ruling.by, ruling.why)
    if ruling.accept and ruling.twins:
        may_be_twins(row.reason or HeldReason.UNLIKE_EARLIER, row.other_ids)
    gone = _accepted(ports, db, row, ruling, gallery) if ruling.accept else [row.photo_key]
    row.state = HeldState.ACCEPTED if ruling.accept else HeldState.REFUSED
    row.templates, row.twins = b"", ruling.accept and ruling.twins
    row.decided_at, row.decided_by = ports.now(), ruling.by.strip()
    row.note = ports.vault.seal(f"held_photo.note:{row.id}", ruling.why.strip())
    file_deletion.delete_later(ports, db, gone)
    return row.state


def _accepted(
    ports: Ports, db: Session, row: tables.HeldPhoto, ruling: Ruling, gallery: Gallery
) -> list[str]:
    """Use the photo and revoke the references it contradicts; return the keys of the files to delete."""
    person = db.get_one(tables.Person, row.person_id)
    if db.get(tables.Tombstone, person.id_index) is not None:
        raise Conflict("this person has withdrawn")
    photo, by = opened(ports, row), scale(ports, db)
    found = compare(ports, db, gallery, photo)
    like = {one.person_id for one in found.others if one.speaks(found.bars.alike)}
    gone = []
    for person_id in {row.person_id} | (set() if ruling.twins else like):
        own = person_id == row.person_id
        theirs = [(one, likeness(by, photo, opened(ports, one))) for one in in_use(db, person_id)]
        wrong = [
            one
            for one, found_like in theirs
            if (found_like.score < found.bars.own if own else found_like.speaks(found.bars.alike))
        ]
        gone += revoke(ports, db, wrong)
    db.flush()
    return gone + use(ports, db, row)


def _rows(db: Session) -> list[tables.HeldPhoto]:
    """Return photos to be reviewed one by one; those that only lack a voucher are reviewed by import."""
    held = tables.HeldPhoto
    single = held.reason.is_(None) | (held.reason != HeldReason.UNVOUCHED)
    return list(
        db.scalars(select(held).where(held.state == HeldState.HELD, single).order_by(held.created_at))
    )


def _waiting(ports: Ports, db: Session, row: tables.HeldPhoto) -> Waiting:
    others = tuple(name(ports, db, one) for one in row.other_ids)
    return Waiting(row.id, row.import_id, name(ports, db, row.person_id), row.reason, others)


def name(ports: Ports, db: Session, person_id: str) -> str:
    """Return a person's masked name."""
    return masked(ports, db.get_one(tables.Person, person_id))


def masked(ports: Ports, row: tables.Person) -> str:
    """Return the masked name of a person's row."""
    return mask(ports.vault.text(f"person.name:{row.id}", row.name))


def described(row: tables.Person) -> str:
    """Return a person's recorded sex and year of birth, in words."""
    sex = sex_of(row.sex) or Sex.UNKNOWN
    return "，".join(
        filter(None, ("" if sex is Sex.UNKNOWN else sex, f"{row.birth.year} 年生" if row.birth else ""))
    )


def _pictures(ports: Ports, db: Session, person_id: str, but: str = "") -> tuple[str, ...]:
    """Return a person's photos in use and held, except `but`."""
    held = tables.HeldPhoto
    mine = select(held.photo_key).where(held.person_id == person_id, held.id != but)
    waiting = mine.where(held.state == HeldState.HELD)
    keys = [*(row.photo_key for row in in_use(db, person_id)), *db.scalars(waiting)]
    return tuple(shown(ports, key) for key in keys)


def shown(ports: Ports, key: str) -> str:
    """Return a photo's thumbnail as a data: address; empty where it cannot be decrypted."""
    try:
        picture = decode.photo(photos.get(ports, key), SHOWN_PX)
    except (BadImage, KeyError):
        return ""
    encoded = cv2.imencode(".jpg", picture)[1].tobytes()
    return "data:image/jpeg;base64," + base64.b64encode(encoded).decode()
