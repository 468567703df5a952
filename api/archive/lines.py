"""The lines of a chunk: one event or one act each."""

from collections.abc import Mapping
from typing import NamedTuple

from models import tables


class EventLine(NamedTuple):
    """What identifies an event and vouches for its content."""

    verification_id: str
    seq: int
    hash: str


def event_line(row: tables.Event) -> dict[str, object]:
    """Return an event's public part with its commitment and hash."""
    return {
        "kind": "event",
        "id": row.id,
        "verification_id": row.verification_id,
        "seq": row.seq,
        "type": row.type,
        "at": row.created_at.isoformat(),
        "public": row.public,
        "commitment": row.commitment,
        "hash": row.hash,
    }


def act_line(row: tables.Act) -> dict[str, object]:
    """Return an act's public part with its commitment and hash."""
    return {
        "kind": "act",
        "seq": row.seq,
        "id": row.id,
        "act": row.kind,
        "actor": row.actor,
        "subject": row.subject,
        "at": row.at.isoformat(),
        "commitment": row.commitment,
        "hash": row.hash,
    }


def read_event(line: Mapping[str, object]) -> EventLine:
    """Return what a stored line says of its event."""
    return EventLine(str(line["verification_id"]), int(str(line["seq"])), str(line["hash"]))


def of_row(row: tables.Event) -> EventLine:
    """Return the same of a row."""
    return EventLine(row.verification_id, row.seq, row.hash)
