"""A chunk of the archive: the events and acts of a span, with their anchors, in lines of JSON.

The first line names the chunk before by the digest of its bytes; where YIBAO_CIPHERS is sm, a last one holds
an SM2 signature of the lines above it. Public parts, commitments and hashes only:
what a person may have deleted later is never stored where nothing can be deleted.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from api.archive import lines
from models import tables
from models.domain import chain
from models.vault import digest

FORMAT = 1
SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a chunk reaches: the last event's id and the last act's number."""

    event: int = 0
    act: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """A chunk's first line: its number, the digest of the chunk before, and its span (after, up to]."""

    number: int
    previous: str
    at: datetime
    after: Mark
    upto: Mark


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk as read back."""

    head: Head
    events: dict[int, lines.EventLine]
    acts: dict[int, str]
    heads: dict[str, list[Any]]
    digest: str
    signature: Mapping[str, str] | None = None


class Unreadable(Exception):
    """Something stored under a chunk's name is none."""


def name(number: int) -> str:
    """Return the name a chunk is stored under."""
    return f"audit/{number:08}.jsonl"


def packed(head: Head, events: Sequence[tables.Event], acts: Sequence[tables.Act]) -> bytes:
    """Return a chunk's bytes; the last line anchors it as the anchor files do."""
    heads = {event.verification_id: (event.seq, event.hash) for event in events}
    first = asdict(head) | {"kind": "chunk", "format": FORMAT, "at": head.at.isoformat()}
    last = {"kind": "anchor", "at": head.at.isoformat(), "event": head.upto.event, "heads": heads}
    if acts:
        last |= {"act": acts[-1].seq, "hash": acts[-1].hash}
    whole = [first, *map(lines.event_line, events), *map(lines.act_line, acts), last]
    return "".join(f"{chain.canonical(line)}\n" for line in whole).encode()


def with_signature(content: bytes, mark: Mapping[str, str] | None) -> bytes:
    """Return a chunk with the signature of its bytes as its last line, or as it is without one."""
    return content if mark is None else content + f"{chain.canonical({'kind': SIGNATURE, **mark})}\n".encode()


def signed_part(content: bytes) -> bytes:
    """Return the lines of a signed chunk that its signature covers."""
    return content[: content.rstrip(b"\n").rfind(b"\n") + 1]


def read(content: bytes) -> Chunk:
    """Return a stored chunk; raises Unreadable."""
    try:
        whole = [json.loads(line) for line in content.splitlines()]
        mark = whole.pop() if whole[-1]["kind"] == SIGNATURE else None
        first, *between, last = whole
        spans = Mark(**first["after"]), Mark(**first["upto"])
        head = Head(first["number"], first["previous"], datetime.fromisoformat(first["at"]), *spans)
        events = {line["id"]: lines.read_event(line) for line in between if line["kind"] == "event"}
        acts = {line["seq"]: line["hash"] for line in between if line["kind"] == "act"}
        return Chunk(head, events, acts, last["heads"], digest(content), mark)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Unreadable(type(error).__name__) from None
