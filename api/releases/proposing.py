"""Proposals of releases, with frozen evidence; only one release may be open."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.limits.locks import hold
from api.policies import floors, versions
from api.ports import Ports
from models import tables
from models.domain.chain import canonical
from models.domain.console.act import ActKind
from models.domain.errors import Conflict
from models.domain.named import noted
from models.domain.policy import Policy
from models.domain.release import stages
from models.domain.release.seen import Budget
from models.domain.release.stages import Stage, Step

# How long the evidence of a proposal stays valid.
EVIDENCE = timedelta(days=7)
UNDER_WAY = (Stage.PROPOSED, Stage.APPROVED, Stage.SHADOW, Stage.FIVE, Stage.QUARTER)


def place(release_id: str) -> str:
    """Return the associated data that a release's reason is sealed with."""
    return f"release.reason:{release_id}"


def propose(
    ports: Ports, actor: str, changes: Mapping[str, Any], reason: str, budget: Budget
) -> tables.Release:
    """Propose a release of the policy in force with some thresholds changed; return it.

    Raises Invalid `policy_invalid`, Conflict `below_floor`, or Conflict `release_open` while another release
    has not reached everybody.
    """
    reason = noted(reason)
    with ports.database.transaction() as db:
        hold(db, "releases")
        _none_open(db)
        within = ports.within(db)
        floors.hold(ports, versions.draft(within, changes))
        version = versions.propose(within, changes, author=actor)
        return _proposed(ports, db, versions.pinned(db, version), Case(actor, reason, budget))


@dataclass(frozen=True, slots=True)
class Case:
    """A proposal's author, reason and budget."""

    proposer: str
    reason: str
    budget: Budget


def adopt(ports: Ports, db: Session, row: tables.PolicyVersion, approver: str) -> tables.Release:
    """Return an approved release of a version that was proposed by command.

    Raises what `propose` and `approve` raise.
    """
    hold(db, "releases")
    _none_open(db)
    if row.version < versions.active(db).version or row.withdrawn_at or row.approved_at:
        raise Conflict(f"version {row.version} is not open any more", code="policy_decided")
    stages.may_approve(row.author, approver)
    if ports.now() >= row.created_at + EVIDENCE:
        raise Conflict("the proposal is more than a week old", code="evidence_expired")
    policy = versions.pinned(db, row.version)
    floors.hold(ports, policy)
    release = _proposed(ports, db, policy, Case(row.author, "yibao policy", Budget()))
    release.stage = stages.moved(release.stage, Step.APPROVE)
    release.approver, release.approved_at = approver, ports.now()
    record(ports, db, Entry(approver, ActKind.RELEASE_APPROVED, release.id))
    return release


def _none_open(db: Session) -> None:
    """Raise Conflict `release_open` while a release has not reached everybody."""
    if db.scalar(select(tables.Release.id).where(tables.Release.stage.in_(UNDER_WAY)).limit(1)):
        raise Conflict("another release is under way", code="release_open")


def _proposed(ports: Ports, db: Session, wanted: Policy, case: Case) -> tables.Release:
    """Add a release of a version that is not in force; its evidence is frozen and recorded as an act."""
    before = versions.active(db)
    row = tables.Release(
        id=ports.new_id("rel"),
        version=wanted.version,
        before=before.version,
        stage=stages.moved(Stage.DRAFT, Step.PROPOSE),
        proposer=case.proposer,
        evidence=evidence(before, wanted),
        budget_passes=case.budget.passes,
        budget_fen=case.budget.fen,
        proposed_at=ports.now(),
    )
    row.reason = ports.vault.seal(place(row.id), case.reason)
    db.add(row)
    db.flush()
    frozen = hashlib.sha256(canonical(row.evidence).encode()).hexdigest()
    private = {"reason": case.reason, "version": str(row.version), "evidence": frozen}
    record(ports, db, Entry(case.proposer, ActKind.RELEASE_PROPOSED, row.id, private))
    return row


def evidence(before: Policy, wanted: Policy) -> dict[str, object]:
    """Return the evidence for a proposal: the changed fields, and the predicted rates before and after."""
    old, new = before.to_json(), wanted.to_json()
    changed = {name: [old[name], new[name]] for name in new if name != "version" and old[name] != new[name]}
    return {
        "changed": changed,
        "predicted": {"before": floors.predicted(before), "after": floors.predicted(wanted)},
    }
