"""Compares a photo with the person's own references and with everybody else's."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.directory.gallery import Gallery, Reference, likeness, opened
from api.directory.likeness import Scale, scale
from api.directory.twins import twins
from api.ports import Ports
from models import tables
from models.domain.identity.held import Bars, HeldReason, HeldState, Likeness, judged, still_doubted
from models.domain.person import ADULT, age, is_hard_to_tell


def verdict_on(
    ports: Ports, db: Session, gallery: Gallery, row: tables.HeldPhoto
) -> tuple[HeldReason, list[str]] | None:
    """Return the reasons to hold a photo: contradictions with other photos, else doubts about its row."""
    found = compare(ports, db, gallery, opened(ports, row))
    against = judged(found.own, found.others, found.bars)
    doubt = still_doubted(row.reason, found.earlier, found.bars)
    return against or ((doubt, []) if doubt else None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The lowest score against the person's own photos, the similarity to others', and what counts.

    `earlier` excludes the person's photos that were offered together with this one.
    """

    own: float | None
    earlier: float | None
    others: list[Likeness]
    bars: Bars


def compare(ports: Ports, db: Session, gallery: Gallery, photo: Reference) -> Comparison:
    """Return the comparison of a photo with all references, except confirmed twins."""
    by, alike = scale(ports, db), twins(db, photo.person_id)
    others = [one for one in gallery.others(db, photo, by) if one.same_file or one.person_id not in alike]
    births = _births(db, {photo.person_id, *(one.person_id for one in others)})
    hard = is_hard_to_tell(births.get(photo.person_id), ports.today())
    young = {who for who, birth in births.items() if birth and age(birth, ports.today()) < ADULT}
    others = [replace(one, minors={one.person_id, photo.person_id} <= young) for one in others]
    own, earlier = _own(ports, db, photo, by)
    return Comparison(own, earlier, others, Bars(by.least(hard), by.alike(hard, gallery.size)))


def _births(db: Session, person_ids: Collection[str]) -> dict[str, date | None]:
    """Return these persons' dates of birth."""
    person = tables.Person
    return {
        row.id: row.birth
        for row in db.execute(select(person.id, person.birth).where(person.id.in_(person_ids)))
    }


def _own(ports: Ports, db: Session, photo: Reference, by: Scale) -> tuple[float | None, float | None]:
    """Return the lowest score against the person's photos, with and without those offered with this one."""
    held = tables.HeldPhoto
    pending = select(held).where(held.person_id == photo.person_id, held.state == HeldState.PENDING)
    used = [opened(ports, row) for row in in_use(db, photo.person_id)]
    offered = [opened(ports, row) for row in db.scalars(pending) if row.id != photo.id]
    earlier = [likeness(by, photo, one).score for one in used if one.templates]
    own = earlier + [likeness(by, photo, one).score for one in offered if one.templates]
    return min(own, default=None), min(earlier, default=None)


def in_use(db: Session, person_id: str) -> list[tables.Enrolment]:
    """Return the person's references in use, newest first."""
    mine = select(tables.Enrolment).where(tables.Enrolment.person_id == person_id)
    live = mine.where(tables.Enrolment.revoked_at.is_(None))
    return list(db.scalars(live.order_by(tables.Enrolment.created_at.desc(), tables.Enrolment.id)))
