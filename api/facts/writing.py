"""Writes the row of facts that belongs to every decision."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.policies.resolving import EVERYBODY
from api.ports import CHINA, Ports
from models import tables
from models.domain.chain import canonical
from models.domain.decision import Report
from models.domain.policy import FIRST_SET
from models.domain.record.fact import Measured, age_band, pack
from models.vault import CannotOpen

SEALED = "decision_fact.report"
UNCOVERED = frozenset({"report", "mac"})
COVERED = tuple(
    column.name for column in tables.DecisionFact.__table__.columns if column.name not in UNCOVERED
)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with its inputs."""

    decision: tables.Decision
    challenge: tables.Challenge
    attempt: tables.Attempt
    verification: tables.Verification
    institution: tables.Institution


def write(
    ports: Ports, db: Session, decided: Decided, report: Mapping[str, Any] | None
) -> tables.DecisionFact:
    """Add the facts of a decision to its transaction; `report` is the one sealed in the decision."""
    fact = _fact(ports, db, decided)
    if report is not None:
        packed = pack(Report.from_json(report["facts"]), _measured(report))
        fact.report = ports.vault.seal(place(fact.challenge_id), packed)
        fact.model_set = _model_set(report)
    fact.mac = mac(ports, fact, decided.decision.report)
    db.add(fact)
    return fact


def place(challenge_id: str) -> str:
    """Return the associated data that a fact's report is sealed with."""
    return f"{SEALED}:{challenge_id}"


def mac(ports: Ports, fact: tables.DecisionFact, report: bytes | None) -> str:
    """Return the keyed digest of a fact's columns, its packed report and its decision's `report`.

    It covers the decrypted reports, because sealing keys change.
    """
    columns = {name: _plain(getattr(fact, name)) for name in COVERED}
    both = (place(fact.challenge_id), fact.report), (f"decision.report:{fact.challenge_id}", report)
    sealed = [hashlib.sha256(_opened(ports, *one)).hexdigest() for one in both]
    return ports.vault.index("decision_fact", canonical(columns | {"sealed": sealed}))


def report_of(ports: Ports, decision: tables.Decision) -> Mapping[str, Any] | None:
    """Return a decision's stored report, or None; raises CannotOpen."""
    if decision.report is None:
        return None
    found: Mapping[str, Any] = json.loads(
        ports.vault.text(f"decision.report:{decision.challenge_id}", decision.report)
    )
    return found


def _fact(ports: Ports, db: Session, decided: Decided) -> tables.DecisionFact:
    """Return the columns that do not depend on measurements."""
    decision, attempt, institution = decided.decision, decided.attempt, decided.institution
    person = tables.Person
    row = db.execute(select(person.sex, person.birth).where(person.id == attempt.person_id)).first()
    return tables.DecisionFact(
        challenge_id=decision.challenge_id,
        decided_at=decision.created_at,
        institution_id=institution.id,
        district=institution.district,
        age_band=age_band(row.birth if row else None, decision.created_at.astimezone(CHINA).date()),
        sex=row.sex if row else None,
        channel=attempt.channel,
        provider=attempt.provider,
        device=decided.challenge.device,
        policy_version=decision.policy_version,
        overrides=attempt.overrides or {},
        arm=attempt.arm or EVERYBODY,
        amount_fen=decided.verification.amount_fen,
        outcome=decision.outcome,
        reason=decision.reason,
    )


def _measured(report: Mapping[str, Any]) -> Measured:
    """Return the measurements stored beside the deciding ones; older reports hold only two scores."""
    compared = report["matcher"]["comparison"]
    scores = {"raw": compared.get("raw"), "normalised": compared.get("normalised")}
    return Measured.from_json(scores | report.get("measured", {}))


def _model_set(report: Mapping[str, Any]) -> str:
    """Return the digest of the models' names and weights, and of a deciding set that is not the first."""
    models = sorted(f"{one['name']} {one['sha256']}" for one in report["matcher"]["models"])
    deciding = report["facts"].get("model_set", FIRST_SET)
    models += [f"deciding {deciding}"] if deciding != FIRST_SET else []
    return hashlib.sha256("\n".join(models).encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    """Return a column's value as the MAC encodes it: instants as text, equal on every database."""
    return value if value is None or isinstance(value, int | str | dict) else str(value)


def _opened(ports: Ports, place: str, sealed: bytes | None) -> bytes:
    """Return the decrypted value, or a value that no report contains where it cannot be decrypted."""
    try:
        return ports.vault.open(place, sealed) if sealed is not None else b""
    except CannotOpen:
        return b"cannot be opened"
