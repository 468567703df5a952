"""Records a change: the event, its link in the hash chain, and the deliveries it causes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from sqlalchemy import insert
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.base import Base
from models.domain import chain
from models.domain.delivery import DeliveryKind
from models.domain.verification import TERMINAL

# No mapped rows: an event is only ever appended.
_EVENT = Base.metadata.tables["event"]
_APPENDING = insert(_EVENT).returning(_EVENT.c.id)

WEBHOOK_TYPES = frozenset(
    {
        *(f"verification.{state}" for state in TERMINAL),
        "attempt.failed",
        "attempt.expired",
        "attempt.undeliverable",
        "appeal.upheld",
        "appeal.rejected",
    }
)


class PublicEvent(TypedDict):
    """An event's public payload, as in SSE, webhook and long poll; covered by the hash chain."""

    seq: int
    type: str
    created: str
    verification_state: str
    attempt_id: str | None
    attempt_state: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change to record: type, attempt, and private details."""

    kind: str
    attempt: tables.Attempt | None = None
    reason: str | None = None
    private: Mapping[str, object] = field(default_factory=dict)


def record(ports: Ports, db: Session, verification: tables.Verification, change: Change) -> int:
    """Append an event to the chain and, where a receiver exists, to the outbox; return its id."""
    event = _chained(ports, verification, change)
    # The event refers to the verification, which may be new.
    db.flush()
    event_id = int(db.execute(_APPENDING, event).scalar_one())
    if change.kind in WEBHOOK_TYPES and verification.notify_url:
        db.add(to_send(ports, verification, DeliveryKind.WEBHOOK, event_id=event_id))
    return event_id


def _chained(ports: Ports, verification: tables.Verification, change: Change) -> dict[str, object]:
    """Return the event's columns, linked to the previous one."""
    verification.last_seq += 1
    now, seq, salt = ports.now(), verification.last_seq, ports.random.salt()
    public = _public(verification, change, now.isoformat())
    commitment = chain.commit(salt, change.private)
    verification.head = chain.link(
        verification.head, seq, (change.kind, now, chain.canonical(public)), commitment
    )
    return {
        "verification_id": verification.id,
        "seq": seq,
        "type": change.kind,
        "created_at": now,
        "public": public,
        "private": ports.vault.seal(
            f"event.private:{verification.id}:{seq}", chain.canonical(change.private)
        ),
        "salt": salt,
        "commitment": commitment,
        "hash": verification.head,
    }


def _public(verification: tables.Verification, change: Change, created: str) -> PublicEvent:
    """Return the event's public payload."""
    attempt = change.attempt
    return {
        "seq": verification.last_seq,
        "type": change.kind,
        "created": created,
        "verification_state": verification.state.value,
        "attempt_id": attempt.id if attempt else None,
        "attempt_state": attempt.state.value if attempt else None,
        "reason": change.reason,
    }


def to_send(
    ports: Ports,
    verification: tables.Verification,
    kind: DeliveryKind,
    *,
    event_id: int | None = None,
    attempt_id: str | None = None,
) -> tables.Delivery:
    """Return an outbox row that is due now."""
    now = ports.now()
    return tables.Delivery(
        id=ports.new_id("dlv"),
        kind=kind,
        verification_id=verification.id,
        institution_id=verification.institution_id,
        attempt_id=attempt_id,
        event_id=event_id,
        created_at=now,
        next_at=now,
    )
