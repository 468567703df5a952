"""Stores a reference's templates by model set, and deletes them."""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.policies import sets, versions
from api.ports import Ports
from matcher.types import Template
from models import tables
from models.domain.policy import FIRST_SET


def store(ports: Ports, db: Session, row: tables.Enrolment, templates: Sequence[Template]) -> None:
    """Add a new reference with the templates of every model set that is kept.

    Where the first set is no longer kept, its templates are not stored.
    """
    kept = sets.kept(db, versions.active(db).model_set)
    whole = sealed(ports, f"enrolment.templates:{row.id}", templates)
    row.templates = whole if FIRST_SET in kept else b""
    db.add(row)
    db.flush()
    for one in templates:
        if one.engine != FIRST_SET and one.engine in kept:
            add(ports, db, row.id, one)
    if sets.ever_moved(db):
        _drop_others(db, row.person_id, kept)


def _drop_others(db: Session, person_id: str, kept: Sequence[str]) -> None:
    """Delete a person's templates of sets that are no longer kept: their new reference has the others."""
    row, template = tables.Enrolment, tables.Template
    mine = select(row.id).where(row.person_id == person_id)
    db.execute(delete(template).where(template.enrolment_id.in_(mine), template.model_set.not_in(kept)))
    if FIRST_SET not in kept:
        db.execute(update(row).where(row.person_id == person_id).values(templates=b""))


def add(ports: Ports, db: Session, enrolment_id: str, template: Template) -> None:
    """Add a reference's template of one more set."""
    place = f"template.vector:{enrolment_id}:{template.engine}"
    db.add(
        tables.Template(
            enrolment_id=enrolment_id,
            model_set=str(template.engine),
            vector=sealed(ports, place, [template]),
            created_at=ports.now(),
        )
    )


def sealed(ports: Ports, place: str, templates: Iterable[Template]) -> bytes:
    """Return templates encrypted for a place."""
    return ports.vault.seal(place, json.dumps([one.to_json() for one in templates]))


def opened(ports: Ports, place: str, given: bytes | None) -> tuple[Template, ...]:
    """Return the templates sealed at a place; none where they are deleted."""
    if not given:
        return ()
    return tuple(Template.from_json(one) for one in json.loads(ports.vault.text(place, given)))


def empty(db: Session, rows: Sequence[tables.Enrolment]) -> None:
    """Delete every set's templates of these references."""
    for row in rows:
        row.templates = b""
    db.flush()
    row_ids = [row.id for row in rows]
    db.execute(delete(tables.Template).where(tables.Template.enrolment_id.in_(row_ids)))
