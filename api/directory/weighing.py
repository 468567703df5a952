"""What speaks for and against a photo: the person's own and everybody else's."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.directory.gallery import Gallery, Reference, likeness, opened
from api.directory.twins import twins
from api.policies import versions
from api.ports import Ports
from models import tables
from models.domain.identity.held import HeldReason, HeldState, Likeness, judged
from models.domain.policy import Policy


def verdict_on(
    ports: Ports, db: Session, gallery: Gallery, row: tables.HeldPhoto
) -> tuple[HeldReason, list[str]] | None:
    """Return what speaks against a photo that is kept."""
    found = weighed(ports, db, gallery, opened(ports, row))
    return judged(found.own, found.others, versions.active(db).score_min)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The least score against the person's own photos, and how like the photo is to others'."""

    own: float | None
    others: list[Likeness]


def weighed(ports: Ports, db: Session, gallery: Gallery, photo: Reference) -> Weighed:
    """Return what is known for and against a photo, twins that somebody confirmed left out."""
    policy, alike = versions.active(db), twins(db, photo.person_id)
    others = [one for one in gallery.others(db, photo, policy) if one.same_file or one.person_id not in alike]
    return Weighed(_own(ports, db, photo, policy), others)


def _own(ports: Ports, db: Session, photo: Reference, policy: Policy) -> float | None:
    """Return the least score against the person's photos in use and those offered with this one."""
    held = tables.HeldPhoto
    pending = select(held).where(held.person_id == photo.person_id, held.state == HeldState.PENDING)
    earlier = [opened(ports, row) for row in in_use(db, photo.person_id)]
    earlier += [opened(ports, row) for row in db.scalars(pending) if row.id != photo.id]
    found = [likeness(photo.templates, one.templates, policy) for one in earlier]
    return min((one for one in found if one is not None), default=None)


def in_use(db: Session, person_id: str) -> list[tables.Enrolment]:
    """Return the person's references in use, newest first."""
    mine = select(tables.Enrolment).where(tables.Enrolment.person_id == person_id)
    live = mine.where(tables.Enrolment.revoked_at.is_(None))
    return list(db.scalars(live.order_by(tables.Enrolment.created_at.desc(), tables.Enrolment.id)))
