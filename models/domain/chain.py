"""The hash chain over a verification's events.

Each link covers seq, type, time, public payload and a salted commitment to the private part, so deleting the
private part with its salt keeps the chain verifiable and the deleted text unguessable.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

GENESIS = "0" * 64


def canonical(payload: Mapping[str, Any]) -> str:
    """Return a payload's canonical JSON: sorted keys, no spaces, UTF-8 unescaped."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def commit(salt: bytes, private: Mapping[str, Any]) -> str:
    """Return the commitment (hex HMAC-SHA256 under a random 32-byte salt) to a private payload."""
    return hmac.new(salt, canonical(private).encode(), hashlib.sha256).hexdigest()


def link(previous: str, seq: int, event: tuple[str, datetime, str], commitment: str) -> str:
    """Return the hash of one event (type, time, canonical public payload) after `previous`."""
    kind, created, public = event
    text = "\n".join((previous, str(seq), kind, created.isoformat(), public, commitment))
    return hashlib.sha256(text.encode()).hexdigest()
