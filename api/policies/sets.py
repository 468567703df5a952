"""Which model sets' templates are kept, who has them, and by which set a policy may decide."""

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import tables
from models.domain.errors import Conflict
from models.domain.policy import FIRST_SET, Policy
from models.domain.release.migration import OPEN, MigrationState

_ROW, _TEMPLATE = tables.Enrolment, tables.Template


def migration(db: Session) -> tables.ModelMigration | None:
    """Return the open move from one model set to another, or None."""
    row = tables.ModelMigration
    return db.scalars(select(row).where(row.state.in_(OPEN)).limit(1)).first()


def kept(db: Session, in_force: str) -> tuple[str, ...]:
    """Return the model sets of which a new reference stores templates; `in_force` is the policy's."""
    row = migration(db)
    if row is None:
        return (in_force,)
    if row.state is MigrationState.LIVE:
        return row.old_set, row.new_set
    return (row.new_set if row.state is MigrationState.DESTROYING else row.old_set,)


def other(db: Session, model_set: str) -> str | None:
    """Return the set to compare by beside this one, while two sets' templates live."""
    row = migration(db)
    if row is None or row.state is not MigrationState.LIVE:
        return None
    return row.new_set if model_set == row.old_set else row.old_set


def of(model_set: str, row: type[tables.Enrolment] = _ROW) -> ColumnElement[bool]:
    """Return the condition that a reference has a template of this set."""
    made = exists().where(
        _TEMPLATE.enrolment_id == row.id,
        _TEMPLATE.model_set == model_set,
        _TEMPLATE.vector.is_not(None),
    )
    return or_(made, func.length(row.templates) > 0) if model_set == FIRST_SET else made


def untried(model_set: str) -> ColumnElement[bool]:
    """Return the condition that a reference in use still awaits its template of this set."""
    tried = exists().where(_TEMPLATE.enrolment_id == _ROW.id, _TEMPLATE.model_set == model_set)
    waits = and_(_ROW.revoked_at.is_(None), ~tried)
    return and_(waits, func.length(_ROW.templates) == 0) if model_set == FIRST_SET else waits


def covered(model_set: str) -> ColumnElement[bool]:
    """Return the condition that a reference's person has one in use with a template of this set."""
    mine = aliased(_ROW)
    same = mine.person_id == _ROW.person_id, mine.revoked_at.is_(None)
    return exists().where(*same, of(model_set, mine)).correlate(_ROW)


def without(model_set: str) -> Select[str]:
    """Select the persons with references in use, none of which has a template of this set."""
    return select(_ROW.person_id).where(_ROW.revoked_at.is_(None), ~covered(model_set)).distinct()


def hold(db: Session, policy: Policy, in_force: str) -> None:
    """Raise Conflict unless references have templates of the policy's model set.

    `model_set_unavailable` without them, `migration_unfinished` while photos are still being embedded.
    """
    if policy.model_set == in_force:
        return
    row = migration(db)
    live = row is not None and row.state is MigrationState.LIVE
    if row is None or not live or policy.model_set not in (row.old_set, row.new_set):
        raise Conflict(f"there are no templates of {policy.model_set}", code="model_set_unavailable")
    # The way back is open at any time.
    waiting = select(_ROW.id).where(untried(row.new_set)).limit(1)
    if policy.model_set == row.new_set and db.scalar(waiting) is not None:
        raise Conflict("photos are still being embedded", code="migration_unfinished")


def lacks(db: Session, model_set: str, person_id: str, cardholder_id: str) -> bool:
    """Tell whether a person, or a relative they are compared with, has templates of other sets only."""
    link, roots = tables.FamilyLink, (person_id, cardholder_id)
    circle = select(link.relative_id).where(link.person_id.in_(roots))
    near = or_(_ROW.person_id.in_(roots), _ROW.person_id.in_(circle))
    return db.scalar(without(model_set).where(near).limit(1)) is not None


def ever_moved(db: Session) -> bool:
    """Tell whether there was ever a move to another model set."""
    return db.scalar(select(tables.ModelMigration.id).limit(1)) is not None
