"""The only way for a photo to become a reference, from an import or an appeal."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.directory import file_deletion, photos, templates
from api.directory.comparison import in_use, verdict_on
from api.directory.gallery import Gallery, opened
from api.directory.portraits import examine
from api.ports import Ports
from matcher.types import Looks
from models import tables
from models.domain.identity.held import HeldReason, HeldState

PHOTOS_KEPT = 3
HELD, REFUSED_BEFORE = "held", "refused_before"


@dataclass(frozen=True, slots=True)
class Settled:
    """Result of an offered photo: `verdict` ok or held, and where held the reason and the similar persons."""

    verdict: str
    reason: HeldReason | None = None
    other_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """Immediate verdict of an offered photo, and its examination if it is to be judged."""

    code: str
    looks: Looks | None = None


def offer(
    ports: Ports, person_id: str, photo: bytes, import_id: str, doubt: HeldReason | None = None
) -> Offered:
    """Store a photo for `settle` to judge and return `pending`, or return its final verdict.

    Final verdicts: `unchanged`, `held`, `refused_before`, or the photo's defect. `doubt` is a reason to hold
    the photo in any case.
    """
    sha256 = hashlib.sha256(photo).hexdigest()
    with ports.database.transaction() as db:
        before = known(db, person_id, sha256, import_id)
        secret = photos.key_of(ports, db, person_id) if before is None else b""
    if before is not None and before != HeldState.PENDING:
        return Offered(before)
    seen = examine(ports, photo)
    if seen.verdict != "ok" or before is not None:
        return Offered(before or seen.verdict, seen.looks)
    row_id = ports.new_id("enr")
    key = f"photos/{row_id}"
    photos.put(ports, person_id, secret, key, photo)
    with ports.database.transaction() as db:
        db.add(
            tables.HeldPhoto(
                id=row_id,
                person_id=person_id,
                import_id=import_id,
                photo_key=key,
                photo_sha256=sha256,
                templates=templates.sealed(ports, f"held_photo.templates:{row_id}", seen.templates),
                state=HeldState.PENDING,
                reason=doubt,
                other_ids=[],
                twins=False,
                created_at=ports.now(),
            )
        )
    return Offered(HeldState.PENDING, seen.looks)


def doubt(ports: Ports, import_id: str, doubts: Mapping[tuple[str, str], HeldReason]) -> None:
    """Have photos of an import, by person and SHA-256, held in any case."""
    held = tables.HeldPhoto
    with ports.database.transaction() as db:
        mine = select(held).where(held.import_id == import_id, held.state == HeldState.PENDING)
        for row in db.scalars(mine):
            row.reason = row.reason or doubts.get((row.person_id, row.photo_sha256))


def known(db: Session, person_id: str, sha256: str, import_id: str | None = None) -> str | None:
    """Return the earlier verdict on this file for this person; a pending photo joins this import."""
    if any(row.photo_sha256 == sha256 for row in in_use(db, person_id)):
        return "unchanged"
    held = tables.HeldPhoto
    mine = select(held).where(held.person_id == person_id, held.photo_sha256 == sha256)
    row = db.scalar(mine.order_by(held.created_at.desc()).limit(1))
    if row is None or row.state is HeldState.ACCEPTED:
        return None
    if row.state is HeldState.PENDING and import_id is not None:
        row.import_id = import_id
    return REFUSED_BEFORE if row.state is HeldState.REFUSED else row.state.value


def held_for(ports: Ports, person_id: str, sha256: str) -> Settled:
    """Return why a photo is held and the persons it resembles."""
    held = tables.HeldPhoto
    mine = select(held).where(held.person_id == person_id, held.photo_sha256 == sha256)
    with ports.database.reading() as db:
        row = db.scalars(mine.where(held.state == HeldState.HELD)).first()
    return Settled(HELD, row.reason, tuple(row.other_ids)) if row else Settled(HELD)


def settle(ports: Ports, gallery: Gallery, import_id: str) -> dict[tuple[str, str], Settled]:
    """Judge every pending photo of an import against the person's earlier photos and everybody else's.

    An accepted photo becomes a reference, the others are held; results by person and SHA-256.
    """
    with ports.database.reading() as db:
        held = tables.HeldPhoto
        mine = select(held.id).where(held.import_id == import_id, held.state == HeldState.PENDING)
        waiting = list(db.scalars(mine.order_by(held.created_at, held.id)))
    done = {}
    for row_id in waiting:
        with ports.database.transaction() as db:
            row = db.get_one(tables.HeldPhoto, row_id)
            done[row.person_id, row.photo_sha256] = one = _judge(ports, db, gallery, row)
            surplus = use(ports, db, row) if one.verdict == "ok" else []
            if one.verdict == "ok":
                db.execute(delete(tables.HeldPhoto).where(tables.HeldPhoto.id == row_id))
            file_deletion.delete_later(ports, db, surplus)
        file_deletion.delete_due(ports)
    return done


def _judge(ports: Ports, db: Session, gallery: Gallery, row: tables.HeldPhoto) -> Settled:
    """Hold a pending photo, or return that it may be used."""
    found = verdict_on(ports, db, gallery, row)
    if found is None:
        return Settled("ok")
    row.state, (row.reason, row.other_ids) = HeldState.HELD, found
    return Settled(HELD, row.reason, tuple(row.other_ids))


def use(ports: Ports, db: Session, row: tables.HeldPhoto) -> list[str]:
    """Make a held photo the person's newest reference; return the keys of the photos it replaces."""
    reference = tables.Enrolment(
        id=ports.new_id("enr"),
        person_id=row.person_id,
        photo_key=row.photo_key,
        photo_sha256=row.photo_sha256,
        created_at=ports.now(),
    )
    templates.store(ports, db, reference, opened(ports, row).templates)
    return revoke(ports, db, in_use(db, row.person_id)[PHOTOS_KEPT:])


def revoke(ports: Ports, db: Session, rows: list[tables.Enrolment]) -> list[str]:
    """Revoke references permanently; return the keys of their photos, for deletion."""
    for row in rows:
        row.revoked_at = ports.now()
    templates.empty(db, rows)
    return [row.photo_key for row in rows]
