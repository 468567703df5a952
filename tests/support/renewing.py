"""A new reference offered to an insured person, without the filming and judging before it."""

import hashlib
from typing import Any

from sqlalchemy import select

from api.directory import photos, templates
from api.directory.comparison import in_use
from api.ports import Ports
from api.verification.record import to_send
from models import tables
from models.domain.appeal import AppealState
from models.domain.console import renewal as rules
from models.domain.console.renewal import RenewalState
from models.domain.delivery import DeliveryKind
from models.domain.identity.held import HeldState
from scripts.demo.film import samples
from tests.api.idor import appeal_of
from tests.support.world import AGENT, MAN, Insured, World

PICTURE = (samples() / str(AGENT.photo)).read_bytes()


def offered(world: World, which: int = 0, who: Insured = MAN, **changes: Any) -> str:
    """Return the id of a renewal that waits for the person's answer."""
    return offer(world.ports, appeal_of(world, which, who, **changes), PICTURE)


def offer(ports: Ports, appeal_id: str, picture: bytes) -> str:
    """Offer a picture to whoever lodged this appeal; return the renewal."""
    renewal_id, photo_id = ports.new_id("rnw"), ports.new_id("enr")
    made = ports.matcher.enrol(picture).templates
    until = ports.now() + rules.ANSWER
    with ports.database.transaction() as db:
        appeal = db.get_one(tables.Appeal, appeal_id)
        appeal.state, appeal.reviewed_at = AppealState.UPHELD, ports.now()
        person_id = appeal.person_id or ""
        photos.put(ports, person_id, photos.key_of(ports, db, person_id), f"photos/{photo_id}", picture)
        held = tables.HeldPhoto(
            id=photo_id,
            person_id=person_id,
            import_id=renewal_id,
            photo_key=f"photos/{photo_id}",
            photo_sha256=hashlib.sha256(picture).hexdigest(),
            templates=templates.sealed(ports, f"held_photo.templates:{photo_id}", made),
            state=HeldState.OFFERED,
            other_ids=[],
            twins=False,
            created_at=ports.now(),
        )
        row = tables.Renewal(
            id=renewal_id,
            appeal_id=appeal_id,
            person_id=person_id,
            state=RenewalState.OFFERED,
            photo_id=photo_id,
            displaced=[],
            owed=[],
            created_at=ports.now(),
            offered_at=ports.now(),
            until=until,
            due_at=until,
        )
        verification = db.get_one(tables.Verification, appeal.verification_id)
        sent = to_send(ports, verification, DeliveryKind.RENEWAL, attempt_id=appeal.attempt_id)
        db.add_all([held, row, sent])
    return renewal_id


def row(world: World, renewal_id: str) -> tables.Renewal:
    """Return the renewal as it is stored."""
    with world.ports.database.reading() as db:
        return db.get_one(tables.Renewal, renewal_id)


def used(world: World, who: Insured = MAN) -> list[tables.Enrolment]:
    """Return a person's references in use."""
    with world.ports.database.reading() as db:
        return in_use(db, world.ids[who.name])


def stored(world: World) -> set[str]:
    """Return the keys of the photos in the object store that are 李建国's."""
    enrolment, held = tables.Enrolment, tables.HeldPhoto
    with world.ports.database.reading() as db:
        keys = {
            key
            for kind in (enrolment, held)
            for key in db.scalars(select(kind.photo_key).where(kind.person_id == world.ids[MAN.name]))
        }
    return {key for key in keys if world.ports.objects.head(key)}
