"""Policies proposed and approved by command: released in stages, each step an act of an account."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.policies import floors, versions
from api.ports import Ports
from api.releases import proposing
from models import tables
from models.domain.console.act import ActKind
from models.domain.provider import Provider


def propose(ports: Ports, actor: str, changes: Mapping[str, Any]) -> int:
    """Propose the policy in force with some thresholds changed; return its version."""
    with ports.database.transaction() as db:
        version = versions.propose(ports.within(db), changes, author=actor)
        _record(ports, db, (actor, ActKind.POLICY_PROPOSED), version)
        return version


def approve(ports: Ports, actor: str, version: int) -> tables.Release | None:
    """Approve another account's proposal; return its staged release, or None where it is in force at once.

    It is in force at once in a demo, before any decision, and where the policy in force breaks a floor, so
    that production could not start; never otherwise.
    """
    with ports.database.transaction() as db:
        within = ports.within(db)
        row = db.get(tables.PolicyVersion, version)
        if row is not None and not _at_once(ports, db):
            return proposing.adopt(within, db, row, actor)
        versions.approve(within, version, approver=actor)
        _record(ports, db, (actor, ActKind.POLICY_APPROVED), version)
        return None


def _at_once(ports: Ports, db: Session) -> bool:
    """Tell whether a policy may be put in force without stages."""
    fact = tables.DecisionFact
    nothing_decided = (
        db.scalar(select(fact.challenge_id).where(fact.provider == Provider.OWN).limit(1)) is None
    )
    return ports.settings.demo or nothing_decided or bool(floors.broken(versions.active(db)))


def withdraw(ports: Ports, actor: str, version: int) -> None:
    """Withdraw a proposal before it is approved."""
    with ports.database.transaction() as db:
        versions.withdraw(ports.within(db), version, by=actor)
        _record(ports, db, (actor, ActKind.POLICY_WITHDRAWN), version)


def _record(ports: Ports, db: Session, done: tuple[str, ActKind], version: int) -> None:
    record(ports, db, Entry(*done, f"policy {version}"))
