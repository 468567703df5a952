"""Policy versions: proposed, approved, in force."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.policies import floors, sealing, sets
from api.ports import Ports
from matcher.comparison import rates
from matcher.comparison.rates import Rates
from models import tables
from models.base import Base
from models.domain.errors import Absent, Conflict, Invalid
from models.domain.named import named
from models.domain.policy import Policy


def ensure(ports: Ports, first: Policy | None = None) -> None:
    """Enact `first`, or the code's defaults, where no policy is in force."""
    with ports.database.transaction() as db:
        if db.scalar(select(tables.PolicyVersion.version).limit(1)) is None:
            enact(ports.within(db), first or Policy(), author="installation", approver="installation")
        sealing.seal_all(ports, db)


def enact(ports: Ports, policy: Policy, *, author: str, approver: str) -> int:
    """Append a policy as the next version, in force at once; return its version (installation only)."""
    with ports.database.transaction() as db:
        row = _appended(ports, db, policy, author)
        row.approver, row.approved_at = approver, row.created_at
        sealing.seal(ports, row)
        return row.version


def draft(ports: Ports, changes: Mapping[str, Any]) -> Policy:
    """Return the policy in force with some thresholds changed, without storing it.

    Raises Invalid `policy_invalid` for an invalid policy, or when nothing changes.
    """
    with ports.database.reading() as db:
        return _changed(db, changes)


def propose(ports: Ports, changes: Mapping[str, Any], *, author: str) -> int:
    """Append the policy in force with some thresholds changed as a proposal; return its version.

    Raises Invalid `policy_invalid` for an invalid policy, or when nothing changes.
    """
    with ports.database.transaction() as db:
        return _appended(ports, db, _changed(db, changes), named(author)).version


def _changed(db: Session, changes: Mapping[str, Any]) -> Policy:
    """Return the policy in force with some thresholds changed."""
    now = active(db).to_json()
    if "version" in changes or all(now.get(name) == value for name, value in changes.items()):
        raise Invalid("name at least one threshold and a new value for it", code="policy_invalid")
    wanted = Policy.from_json(now | dict(changes))
    sets.hold(db, wanted, now["model_set"])
    return wanted


def approve(ports: Ports, version: int, *, approver: str) -> None:
    """Put a proposed version in force for every challenge drawn from now on.

    Raises Absent for an unknown version, Conflict `policy_decided` for one that is or was in force, was
    withdrawn or was overtaken by a later one, Conflict `own_proposal` for its author, and in production
    Conflict `below_floor` for one that breaks a floor.
    """
    approver = named(approver)
    with ports.database.transaction() as db:
        row = _proposed(db, version)
        if row.withdrawn_at is not None or version < active(db).version:
            raise _decided(version)
        if approver.casefold() == row.author.casefold():
            raise Conflict("somebody else must approve it", code="own_proposal")
        policy = Policy.from_json(row.document)
        sets.hold(db, policy, active(db).model_set)
        floors.hold(ports, policy)
        row.approver, row.approved_at = approver, ports.now()
        sealing.seal(ports, row)


def withdraw(ports: Ports, version: int, *, by: str) -> None:
    """Withdraw a proposal, so that it can no longer be approved; idempotent.

    Raises Absent for an unknown version, Conflict `policy_decided` for one that is or was in force.
    """
    by = named(by)
    with ports.database.transaction() as db:
        row = _proposed(db, version)
        if row.withdrawn_at is None:
            row.withdrawn_by, row.withdrawn_at = by, ports.now()
            sealing.seal(ports, row)


def _proposed(db: Session, version: int) -> tables.PolicyVersion:
    """Return a version that was never in force, locked."""
    row = db.get(tables.PolicyVersion, version, with_for_update=True, populate_existing=True)
    if row is None:
        raise Absent(f"there is no version {version}")
    if row.approved_at is not None:
        raise _decided(version)
    return row


def _decided(version: int) -> Conflict:
    return Conflict(f"version {version} is not open any more", code="policy_decided")


def history(ports: Ports) -> list[tables.PolicyVersion]:
    """Return every version, oldest first."""
    with ports.database.reading() as db:
        return list(db.scalars(select(tables.PolicyVersion).order_by(tables.PolicyVersion.version)))


def predicted(policy: Policy) -> Rates:
    """Return the published rates at a policy's threshold, of the adult group with the highest FMR."""
    return rates.at(policy.score_min, rates.engines(policy.model_set)[0])


def missed(policy: Policy) -> Rates:
    """Return the published rates at a policy's threshold, of the group with most repeated photos."""
    return rates.missed(policy.score_min, rates.engines(policy.model_set)[0])


def _appended(ports: Ports, db: Session, policy: Policy, author: str) -> tables.PolicyVersion:
    """Append an unapproved version."""
    last = db.scalar(select(func.max(tables.PolicyVersion.version)))
    version = (last or 0) + 1
    row = tables.PolicyVersion(
        version=version,
        document=policy.to_json() | {"version": version},
        author=author,
        created_at=ports.now(),
    )
    sealing.seal(ports, row)
    db.add(row)
    return row


# Built once: nearly every request asks.
_POLICY = Base.metadata.tables["policy"].c
_ACTIVE = (
    select(_POLICY.document).where(_POLICY.approved_at.is_not(None)).order_by(_POLICY.version.desc()).limit(1)
)


def active(db: Session) -> Policy:
    """Return the newest approved policy."""
    return Policy.from_json(db.scalars(_ACTIVE).one())


def last_by_set(db: Session) -> list[Policy]:
    """Return the newest approved policy of each model set, newest first."""
    row, found = tables.PolicyVersion, dict[str, Policy]()
    approved = select(row.document).where(row.approved_at.is_not(None)).order_by(row.version.desc())
    for document in db.scalars(approved):
        policy = Policy.from_json(document)
        found.setdefault(policy.model_set, policy)
    return list(found.values())


def pinned(db: Session, version: int) -> Policy:
    """Return the policy version that a challenge was drawn under."""
    return Policy.from_json(db.get_one(tables.PolicyVersion, version).document)
