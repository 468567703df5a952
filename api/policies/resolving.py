"""Resolves an attempt's policy once, when it begins; it then stays the same until its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.policies import versions
from api.ports import Ports
from models import tables
from models.domain.policy import Policy
from models.domain.release import stages
from models.domain.release.stages import LIVE, Arm

# The arm of attempts before the first release.
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Resolved:
    """An attempt's policy: version, overridden fields, and the arm of a release."""

    policy: Policy
    overrides: Mapping[str, Any] = field(default_factory=dict)
    arm: str = EVERYBODY


def resolve(ports: Ports, db: Session, cardholder_id: str) -> Resolved:
    """Return the policy for an attempt that begins now; a card-holder always gets the same arm."""
    policy, release = versions.active(db), staged(db)
    if release is None:
        return Resolved(policy)
    key = bytes.fromhex(ports.vault.index("release.arm", release.id))
    arm = stages.arm(key, release.id, cardholder_id, stages.share(release.stage))
    treated = arm is Arm.TREATED and policy.version != release.version
    return Resolved(versions.pinned(db, release.version) if treated else policy, arm=arm)


def staged(db: Session) -> tables.Release | None:
    """Return the newest release that applies to some or all card-holders, or None."""
    row = tables.Release
    found = select(row).where(row.stage.in_(LIVE)).order_by(row.proposed_at.desc()).limit(1)
    return db.scalars(found).first()


def pin(attempt: tables.Attempt, resolved: Resolved) -> None:
    """Store the resolved policy with the attempt."""
    attempt.policy_version = resolved.policy.version
    attempt.overrides = dict(resolved.overrides)
    attempt.arm = resolved.arm


def of(db: Session, attempt: tables.Attempt) -> Policy:
    """Return the attempt's policy; the one in force for attempts from before policies were stored."""
    if attempt.policy_version is None:
        return versions.active(db)
    policy = versions.pinned(db, attempt.policy_version)
    return Policy.from_json(policy.to_json() | attempt.overrides) if attempt.overrides else policy


def of_challenge(db: Session, challenge: tables.Challenge, attempt: tables.Attempt) -> Policy:
    """Return the policy a challenge was drawn under: its attempt's, or for older attempts its own."""
    if attempt.policy_version is None:
        return versions.pinned(db, challenge.policy_version)
    return of(db, attempt)
