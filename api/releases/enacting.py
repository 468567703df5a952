"""Thresholds proposed and approved by command, in force at once: each step an act of an account."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.policies import versions
from api.ports import Ports
from models.domain.console.act import ActKind


def propose(ports: Ports, actor: str, changes: Mapping[str, Any]) -> int:
    """Propose the policy in force with some thresholds changed; return its version."""
    with ports.database.transaction() as db:
        version = versions.propose(ports.within(db), changes, author=actor)
        _record(ports, db, (actor, ActKind.POLICY_PROPOSED), version)
        return version


def approve(ports: Ports, actor: str, version: int) -> None:
    """Put a proposal of another account in force."""
    with ports.database.transaction() as db:
        versions.approve(ports.within(db), version, approver=actor)
        _record(ports, db, (actor, ActKind.POLICY_APPROVED), version)


def withdraw(ports: Ports, actor: str, version: int) -> None:
    """Take a proposal back before it is approved."""
    with ports.database.transaction() as db:
        versions.withdraw(ports.within(db), version, by=actor)
        _record(ports, db, (actor, ActKind.POLICY_WITHDRAWN), version)


def _record(ports: Ports, db: Session, done: tuple[str, ActKind], version: int) -> None:
    record(ports, db, Entry(*done, f"policy {version}"))
