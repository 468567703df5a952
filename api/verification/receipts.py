"""Receipts: signed statements of who was verified, which the till can check by itself."""

from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from api.directory.identify import youngest
from api.ports import Ports
from models import tables
from models.domain.agent import is_agent
from models.domain.chain import canonical
from models.domain.person import SELF, mask, not_filmed
from models.domain.verification import LIFE, VerificationState


def sign(
    ports: Ports, db: Session, verification: tables.Verification, attempt: tables.Attempt | None
) -> None:
    """Sign the receipt once and store it."""
    institution = db.get_one(tables.Institution, verification.institution_id)
    jti = ports.new_id("rcp")
    claims = _claims(ports, db, verification, attempt) | {"jti": jti, "iss": ports.settings.base_url}
    if institution.sandbox:
        claims |= {"sandbox": True, "iss": f"{ports.settings.base_url}/sandbox"}
    verification.receipt_jti = jti
    verification.receipt = signed(ports, db, claims, sandbox=institution.sandbox)


def signed(ports: Ports, db: Session, claims: Mapping[str, object], *, sandbox: bool = False) -> str:
    """Return claims as a compact JWS, ES256 (RFC 7515, RFC 7518 §3.4), by the newest key."""
    key = signing_key(ports, db, sandbox=sandbox)
    header = {"alg": "ES256", "typ": "JWT", "kid": key.kid}
    private = ECKey.import_key(ports.vault.text(f"signing_key.private:{key.kid}", key.private))
    return jws.serialize_compact(header, canonical(claims).encode(), private)


def _claims(
    ports: Ports, db: Session, verification: tables.Verification, attempt: tables.Attempt | None
) -> dict[str, object]:
    """Return the receipt's claims about the purchase and the person."""
    issued = int(ports.now().timestamp())
    relation = (attempt.relation if attempt else None) or SELF
    person_id = (attempt.person_id if attempt else None) or verification.cardholder_id
    cardholder = db.get_one(tables.Person, verification.cardholder_id)
    return {
        "aud": verification.institution_id,
        "iat": issued,
        "exp": issued + int(LIFE.total_seconds()),
        "order_no": verification.order_no,
        "amount_fen": verification.amount_fen,
        "person": {"person_id": person_id, "relation": relation},
        "cardholder": {"person_id": cardholder.id},
        "agent": _agent(ports.within(db), attempt),
        "guardian": relation != SELF
        and not_filmed(cardholder.birth, ports.today(), youngest(db)) is not None,
        "channel": attempt.channel.value if attempt else None,
        "provider": _provider(verification, attempt),
        "result": verification.state.value,
        "policy": _policy_version(db, attempt),
    }


def _provider(verification: tables.Verification, attempt: tables.Attempt | None) -> str:
    """Return how the person was verified: by documents, or by which face provider."""
    bypassed = verification.state is VerificationState.BYPASSED
    return "documents" if bypassed or attempt is None else attempt.provider.value


def _agent(ports: Ports, attempt: tables.Attempt | None) -> dict[str, object] | bool:
    """Return the agent's details that a till may know, or False."""
    person = ports.directory.person(attempt.person_id or "") if attempt else None
    if attempt is None or person is None or not is_agent(attempt.relation):
        return False
    known = {"person_id": person.person_id, "name": mask(person.name), "relation": attempt.relation}
    return known | {"checks": attempt.checks}


def _policy_version(db: Session, attempt: tables.Attempt | None) -> int | None:
    """Return the policy version of the attempt's last decision."""
    if attempt is None:
        return None
    newest = tables.Challenge.number.desc()
    rows = select(tables.Challenge.policy_version).where(tables.Challenge.attempt_id == attempt.id)
    return db.scalar(rows.order_by(newest).limit(1))


def signing_key(ports: Ports, db: Session, *, sandbox: bool = False) -> tables.SigningKey:
    """Return the newest signing key; creates the first one."""
    newest = _keys(sandbox).order_by(tables.SigningKey.created_at.desc()).limit(1)
    return db.scalar(newest) or new_signing_key(ports, db, sandbox=sandbox)


def _keys(sandbox: bool) -> Select[tables.SigningKey]:
    """Select the real keys or the sandbox's, never both: a sandbox receipt must not verify as a real one."""
    return select(tables.SigningKey).where(tables.SigningKey.sandbox.is_(sandbox))


def new_signing_key(ports: Ports, db: Session, *, sandbox: bool = False) -> tables.SigningKey:
    """Create the key that signs from now on; older ones stay published."""
    kid = ports.new_id("sandbox" if sandbox else "key")
    key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})
    row = tables.SigningKey(
        kid=kid,
        sandbox=sandbox,
        private=ports.vault.seal(f"signing_key.private:{kid}", key.as_pem(private=True)),
        public=key.as_dict(private=False),
        created_at=ports.now(),
    )
    db.add(row)
    db.flush()
    return row


def published_keys(ports: Ports, *, sandbox: bool = False) -> dict[str, list[Any]]:
    """Return all keys ever used as a JWK set (RFC 7517)."""
    # A read, but for the first one of an installation, which makes the first key.
    with ports.database.reading() as db:
        found = [row.public for row in db.scalars(_keys(sandbox).order_by(tables.SigningKey.created_at))]
    if not found:
        with ports.database.transaction() as db:
            found = [signing_key(ports, db, sandbox=sandbox).public]
    return {"keys": found}
