"""A keyed digest of every policy version, which reveals changes made in the database."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.chain import canonical

COVERED = tuple(column.name for column in tables.PolicyVersion.__table__.columns if column.name != "mac")


def seal(ports: Ports, row: tables.PolicyVersion) -> None:
    """Store the digest of a version as it is now."""
    row.mac = _mac(ports, row)


def seal_all(ports: Ports, db: Session) -> None:
    """Store digests of versions from before digests existed; once one has a digest, all must have one."""
    rows = db.scalars(select(tables.PolicyVersion)).all()
    if all(row.mac is None for row in rows):
        for row in rows:
            seal(ports, row)


def altered(ports: Ports) -> list[int]:
    """Return the versions that do not match their digest."""
    with ports.database.reading() as db:
        rows = db.scalars(select(tables.PolicyVersion).order_by(tables.PolicyVersion.version))
        return [row.version for row in rows if row.mac != _mac(ports, row)]


def _mac(ports: Ports, row: tables.PolicyVersion) -> str:
    columns = {name: getattr(row, name) for name in COVERED}
    plain = {name: one if isinstance(one, int | dict | None) else str(one) for name, one in columns.items()}
    return ports.vault.index("policy", canonical(plain))
