"""Overrides of the policy by place, and the digest that reveals altered rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.chain import canonical
from models.domain.release.overrides import Override, Place

COVERED = tuple(
    column.key for column in tables.PolicyOverride.__table__.columns if column.key not in ("mac", "reason")
)


def matching(ports: Ports, db: Session, places: Mapping[Place, str | None]) -> list[Override]:
    """Return the overrides in force for any of these places; altered rows are not applied."""
    row, now = tables.PolicyOverride, ports.now()
    known = [and_(row.place == place, row.key == key) for place, key in places.items() if key]
    wanted = select(row).where(row.approved_at <= now, row.ends_at > now, row.ended_at.is_(None))
    found = loaded(db, wanted.where(or_(*known))) if known else ()
    return [Override(one.id, one.place, one.changes) for one in found if is_whole(ports, one)]


def all_of(db: Session) -> Sequence[tables.PolicyOverride]:
    """Return every override that can be loaded, newest first."""
    return loaded(db, select(tables.PolicyOverride).order_by(tables.PolicyOverride.proposed_at.desc()))


def ids(db: Session) -> set[str]:
    """Return the ids of all overrides, including altered ones that cannot be loaded."""
    return set(db.scalars(select(tables.PolicyOverride.id)))


def loaded(db: Session, wanted: Select[tables.PolicyOverride]) -> Sequence[tables.PolicyOverride]:
    """Return the selected rows without those that were altered into something no column can hold."""
    try:
        return [one for one in db.scalars(wanted) if _is_readable(one)]
    except (LookupError, ValueError):
        found, row = list[tables.PolicyOverride](), tables.PolicyOverride
        for override_id in db.scalars(wanted.with_only_columns(row.id)).all():
            try:
                found += filter(_is_readable, db.scalars(select(row).where(row.id == override_id)))
            except (LookupError, ValueError):
                continue
        return found


def _is_readable(row: tables.PolicyOverride) -> bool:
    """Tell whether the values are still named ones."""
    return isinstance(row.changes, dict)


def seal(ports: Ports, row: tables.PolicyOverride) -> None:
    """Store the digest of an override as it is now."""
    row.mac = _mac(ports, row)


def is_whole(ports: Ports, row: tables.PolicyOverride) -> bool:
    """Tell whether an override is unaltered."""
    return row.mac == _mac(ports, row)


def _mac(ports: Ports, row: tables.PolicyOverride) -> str:
    columns = {name: _plain(getattr(row, name)) for name in COVERED}
    return ports.vault.index("policy_override", canonical(columns))


def _plain(value: object) -> object:
    """Return a column's value as the digest encodes it: instants in UTC, equal on every database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, dict | None) else str(value)
