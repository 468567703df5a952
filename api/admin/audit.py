"""Anchors the heads of the event chains outside the database, and checks the chains against both."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from os import SEEK_END
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Function, Text, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from api.ports import Ports
from models import tables
from models.domain import chain
from models.vault import CannotOpen

BATCH = 1000
TAIL = 65_536
AT_ONCE = 10_000
# How long running transactions may take to end; after this the anchors wait for the next minute.
LOOKS, LOOK_S = 20, 0.1


@dataclass(frozen=True, slots=True)
class Checked:
    """Result of a check: how much was checked, and the ids of the verifications that failed it.

    `broken`: chains that do not hash to their head, or whose private part is not the committed one;
    `rewritten`: chains that hash to their head but not to the anchored hash; `missing`: anchored
    verifications that are not in the database.
    """

    verifications: int = 0
    events: int = 0
    anchors: int = 0
    broken: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Tell whether every verification passed."""
        return not (self.broken or self.rewritten or self.missing)


def write(ports: Ports, at_once: int = AT_ONCE) -> int:
    """Append the heads that changed since the last anchor to the anchor file; return how many.

    Covers at most `at_once` events.
    """
    file = ports.settings.anchor_file
    if file is None:
        return 0
    written, last, newest = 0, last_event(file), settled(ports)
    while last < newest:
        last, heads = _heads(ports, (last, newest), at_once)
        if not heads:
            break
        entry = {"at": ports.now().isoformat(), "event": last, "heads": heads}
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as anchors:
            anchors.write(json.dumps(entry) + "\n")
        written += len(heads)
    return written


def _heads(ports: Ports, span: tuple[int, int], most: int) -> tuple[int, dict[str, tuple[int, str]]]:
    """Return the last event of the next batch and the heads after it, by verification."""
    event, (last, newest) = tables.Event, span
    wanted = select(event.id, event.verification_id, event.seq, event.hash)
    batch = wanted.where(event.id > last, event.id <= newest).order_by(event.id).limit(most)
    with ports.database.reading() as db:
        rows = db.execute(batch).all()
    return (rows[-1].id if rows else last), {row.verification_id: (row.seq, row.hash) for row in rows}


def settled(ports: Ports, of: InstrumentedAttribute[int] = tables.Event.id) -> int:
    """Return the id of a row (an event) below which no row can still be committed; 0 if that takes too long.

    PostgreSQL draws ids before the commit, so all transactions that ran when the newest row was read must
    have ended. SQLite serialises its writers.
    """
    with ports.database.reading() as db:
        newest = db.scalar(select(func.max(of))) or 0
        if db.get_bind().dialect.name != "postgresql":
            return newest
    # Read after the newest event: a transaction that drew a lower id is in this snapshot.
    with ports.database.reading() as db:
        begun = db.scalar(select(cast(cast(func.pg_snapshot_xmax(_snapshot()), Text), BigInteger))) or 0
    for _ in range(LOOKS):
        with ports.database.reading() as db:
            oldest = db.scalar(select(cast(cast(func.pg_snapshot_xmin(_snapshot()), Text), BigInteger))) or 0
        if oldest >= begun:
            return newest
        time.sleep(LOOK_S)
    return 0


def _snapshot() -> Function[Any]:
    """Return the statement that selects the running transactions."""
    return func.pg_current_snapshot()


def check(ports: Ports) -> Checked:
    """Recompute every chain and compare it with its head, its private parts and its anchor."""
    anchored: dict[str, dict[int, str]] = {}
    anchors = 0
    for entry in _entries(ports.settings.anchor_file):
        anchors += 1
        for verification_id, (seq, head) in entry["heads"].items():
            anchored.setdefault(verification_id, {})[seq] = head
    events = verifications = 0
    broken, rewritten = [], []
    for verification_id, head, recorded in _chains(ports):
        verifications += 1
        events += len(recorded)
        heads = anchored.pop(verification_id, {})
        if not _is_whole(ports, head, recorded):
            broken.append(verification_id)
        elif heads.items() - {event.seq: event.hash for event in recorded}.items():
            rewritten.append(verification_id)
    return Checked(verifications, events, anchors, broken, rewritten, sorted(anchored))


def _entries(file: Path | None) -> Iterator[dict[str, Any]]:
    """Yield the anchors in the file."""
    if file is None or not file.exists():
        return
    with file.open("rb") as lines:
        yield from filter(None, map(_entry, lines))


def _entry(line: bytes) -> dict[str, Any] | None:
    """Return the anchor on a line, or None for a line cut off by a crash."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and {"event", "heads"} <= entry.keys() else None


def last_event(file: Path) -> int:
    """Return the newest anchored event; reads from the end, because the file grows for years."""
    if not file.exists():
        return 0
    with file.open("rb") as anchors:
        begin = end = anchors.seek(0, SEEK_END)
        while begin > 0:
            begin = max(0, 2 * begin - end - TAIL)
            anchors.seek(begin)
            # The first line of the block may be incomplete.
            found = filter(None, map(_entry, reversed(anchors.read().splitlines())))
            if entry := next(found, None):
                return int(entry["event"])
    return 0


def _chains(ports: Ports) -> Iterator[tuple[str, str, list[tables.Event]]]:
    """Yield every verification's id, head and events in order, from one snapshot of the database."""
    event, verification = tables.Event, tables.Verification
    wanted = (
        select(event, verification.head)
        .join(verification, event.verification_id == verification.id)
        .order_by(event.verification_id, event.seq)
        .execution_options(yield_per=BATCH)
    )
    with ports.database.reading() as db:
        rows = ((row[0], str(row[1])) for row in db.execute(wanted))
        for (verification_id, head), some in groupby(rows, lambda row: (row[0].verification_id, row[1])):
            yield verification_id, head, [recorded for recorded, _ in some]


def _is_whole(ports: Ports, head: str, recorded: Sequence[tables.Event]) -> bool:
    """Tell whether a verification's events hash to its head and match their commitments."""
    last = chain.GENESIS
    for number, event in enumerate(recorded, start=1):
        content = (event.type, event.created_at, chain.canonical(event.public))
        last = chain.link(last, number, content, event.commitment)
        if event.seq != number or event.hash != last or not _is_committed(ports, event):
            return False
    return last == head


def _is_committed(ports: Ports, event: tables.Event) -> bool:
    """Tell whether the private part matches its commitment; True where it was deleted."""
    if event.private is None or event.salt is None:
        return True
    place = f"event.private:{event.verification_id}:{event.seq}"
    try:
        private = json.loads(ports.vault.text(place, event.private))
    except CannotOpen:
        return False
    return chain.commit(event.salt, private) == event.commitment
