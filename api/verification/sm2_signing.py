"""SM2 signatures of audit exports and proofs of deletion, where YIBAO_CIPHERS is sm."""

import base64
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import sm2, tables
from models.vault import Ciphers

ALGORITHM = "SM2-SM3"


def signed(ports: Ports, db: Session, data: bytes) -> dict[str, str] | None:
    """Return algorithm, key and hex signature of `data`; None under the international ciphers."""
    if ports.vault.ciphers is not Ciphers.SM:
        return None
    row = tables.Sm2Key
    key = db.scalar(select(row).order_by(row.created_at.desc(), row.kid).limit(1)) or new_key(ports, db)
    private = ports.vault.open(f"sm2_key.private:{key.kid}", key.private)
    return {"alg": ALGORITHM, "kid": key.kid, "signature": sm2.sign(private, data).hex()}


def holds(db: Session, data: bytes, mark: Mapping[str, str]) -> bool:
    """Tell whether a signature is one of `data` by one of our keys; raises Sm2Unavailable."""
    key = db.get(tables.Sm2Key, mark.get("kid", ""))
    try:
        signature = bytes.fromhex(mark.get("signature", ""))
    except ValueError:
        return False
    return key is not None and sm2.verify(bytes.fromhex(key.public), data, signature)


def new_key(ports: Ports, db: Session) -> tables.Sm2Key:
    """Create the key that signs from now on; older ones go on verifying."""
    kid, pair = ports.new_id("sm2"), sm2.generate()
    private = ports.vault.seal(f"sm2_key.private:{kid}", pair.private)
    row = tables.Sm2Key(kid=kid, private=private, public=pair.public.hex(), created_at=ports.now())
    db.add(row)
    db.flush()
    return row


def published(db: Session) -> dict[str, str]:
    """Return every public key as PEM, by its id, oldest first."""
    row = tables.Sm2Key
    return {
        key.kid: _pem(bytes.fromhex(key.public)) for key in db.scalars(select(row).order_by(row.created_at))
    }


def _pem(der: bytes) -> str:
    """Return a public key as PEM (RFC 7468)."""
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----"])
