"""Resolves an attempt's policy once, when it begins; it then stays the same until its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.policies import overriding, sets, versions
from api.ports import CHINA, Ports
from models import tables
from models.domain.policy import Policy
from models.domain.record.fact import age_band
from models.domain.release import overrides, stages
from models.domain.release.overrides import Place
from models.domain.release.stages import LIVE, Arm

# The arm of attempts before the first release.
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Resolved:
    """An attempt's policy: version, what overrides change of it, and the arm of a release."""

    version: Policy
    overrides: Mapping[str, Any] = field(default_factory=dict)
    arm: str = EVERYBODY

    @property
    def policy(self) -> Policy:
        """Return the policy with its overrides."""
        return overrides.under(self.version, self.overrides)


def resolve(ports: Ports, db: Session, verification: tables.Verification) -> Resolved:
    """Return the policy for an attempt that begins now; a card-holder always gets the same arm.

    Overrides of age bands are added by `aged` once a person has been chosen.
    """
    policy, arm = _version(ports, db, verification.cardholder_id)
    shop = db.get_one(tables.Institution, verification.institution_id)
    places = {Place.INSTITUTION: shop.id, Place.DISTRICT: shop.district}
    found = overriding.matching(ports, db, places)
    return Resolved(policy, overrides.resolved(policy, found), arm)


def fitting(
    ports: Ports, db: Session, resolved: Resolved, person_id: str, verification: tables.Verification
) -> Resolved:
    """Return the policy for a chosen person: whoever has templates of another model set only gets its policy.

    That also holds where a relative they are compared with has no others.
    """
    if not sets.ever_moved(db):
        return resolved
    family = person_id, verification.cardholder_id
    if not sets.lacks(db, resolved.version.model_set, *family):
        return resolved
    for earlier in versions.last_by_set(db):
        if earlier.model_set != resolved.version.model_set and not sets.lacks(db, earlier.model_set, *family):
            shop = db.get_one(tables.Institution, verification.institution_id)
            places = {Place.INSTITUTION: shop.id, Place.DISTRICT: shop.district}
            found = overriding.matching(ports, db, places)
            arm = resolved.arm if resolved.arm == EVERYBODY else Arm.CONTROL
            return Resolved(earlier, overrides.resolved(earlier, found), arm)
    return resolved


def aged(ports: Ports, db: Session, resolved: Resolved, birth: date | None) -> Resolved:
    """Return the policy with the overrides of a person's age band, which only tighten it."""
    band = age_band(birth, ports.now().astimezone(CHINA).date())
    found = overriding.matching(ports, db, {Place.AGE_BAND: band})
    return replace(resolved, overrides=overrides.resolved(resolved.version, found, resolved.overrides))


def _version(ports: Ports, db: Session, cardholder_id: str) -> tuple[Policy, str]:
    """Return the version for a card-holder, and their arm of a release."""
    policy, release = versions.active(db), staged(db)
    if release is None:
        return policy, EVERYBODY
    key = bytes.fromhex(ports.vault.index("release.arm", release.id))
    arm = stages.arm(key, release.id, cardholder_id, stages.share(release.stage))
    treated = arm is Arm.TREATED and policy.version != release.version
    return (versions.pinned(db, release.version) if treated else policy), arm


def staged(db: Session) -> tables.Release | None:
    """Return the newest release that applies to some or all card-holders, or None."""
    row = tables.Release
    found = select(row).where(row.stage.in_(LIVE)).order_by(row.proposed_at.desc()).limit(1)
    return db.scalars(found).first()


def pin(attempt: tables.Attempt, resolved: Resolved) -> None:
    """Store the resolved policy with the attempt."""
    attempt.policy_version = resolved.version.version
    attempt.overrides = dict(resolved.overrides)
    attempt.arm = resolved.arm


def choose(ports: Ports, db: Session, attempt: tables.Attempt, birth: date | None) -> None:
    """Store the policy of an attempt whose person has just been chosen."""
    if attempt.policy_version is not None:
        begun = Resolved(
            versions.pinned(db, attempt.policy_version), attempt.overrides or {}, attempt.arm or EVERYBODY
        )
        verification = db.get_one(tables.Verification, attempt.verification_id)
        begun = fitting(ports, db, begun, attempt.person_id or "", verification)
        pin(attempt, aged(ports, db, begun, birth))


def of(db: Session, attempt: tables.Attempt) -> Policy:
    """Return the attempt's policy; the one in force for attempts from before policies were stored."""
    if attempt.policy_version is None:
        return versions.active(db)
    return overrides.under(versions.pinned(db, attempt.policy_version), attempt.overrides or {})


def of_challenge(db: Session, challenge: tables.Challenge, attempt: tables.Attempt) -> Policy:
    """Return the policy a challenge was drawn under: its attempt's, or for older attempts its own."""
    if attempt.policy_version is None:
        return versions.pinned(db, challenge.policy_version)
    return of(db, attempt)
