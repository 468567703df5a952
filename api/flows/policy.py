"""Which thresholds are in force."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.policy import Policy


def ensure(ports: Ports, first: Policy | None = None) -> None:
    """Put a first policy in force where there is none: `first`, or the defaults of the code."""
    with ports.database.transaction() as db:
        if db.scalar(select(tables.PolicyVersion.version).limit(1)) is None:
            enact(ports, first or Policy(), author="installation", approver="installation")


def enact(ports: Ports, policy: Policy, *, author: str, approver: str) -> int:
    """Append a policy as the next version, in force at once; return its version."""
    with ports.database.transaction() as db:
        last = db.scalar(
            select(tables.PolicyVersion.version).order_by(tables.PolicyVersion.version.desc()).limit(1)
        )
        version, now = (last or 0) + 1, ports.now()
        document = policy.to_json() | {"version": version}
        db.add(
            tables.PolicyVersion(
                version=version,
                document=document,
                author=author,
                approver=approver,
                created_at=now,
                approved_at=now,
            )
        )
        return version


def active(db: Session) -> Policy:
    """Return the newest approved policy."""
    approved = select(tables.PolicyVersion).where(tables.PolicyVersion.approved_at.is_not(None))
    row = db.scalars(approved.order_by(tables.PolicyVersion.version.desc()).limit(1)).one()
    return Policy.from_json(row.document)


def pinned(db: Session, version: int) -> Policy:
    """Return the policy a challenge was drawn under."""
    return Policy.from_json(db.get_one(tables.PolicyVersion, version).document)
