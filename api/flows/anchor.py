"""Anchoring the heads of the event chains outside the database, and checking a chain."""

import json
from pathlib import Path

from sqlalchemy import select

from api.ports import Ports
from models import tables
from models.domain import chain


def write(ports: Ports) -> int:
    """Append the heads that changed since the last anchor to the anchor file; return how many."""
    file = ports.settings.anchor_file
    if file is None:
        return 0
    last = _last_event(file)
    with ports.database.reading() as db:
        rows = db.execute(
            select(tables.Event.id, tables.Event.verification_id, tables.Event.seq, tables.Event.hash)
            .where(tables.Event.id > last)
            .order_by(tables.Event.id)
        ).all()
    heads = {row.verification_id: (row.seq, row.hash) for row in rows}
    if rows:
        entry = {"at": ports.now().isoformat(), "event": rows[-1].id, "heads": heads}
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as anchors:
            anchors.write(json.dumps(entry) + "\n")
    return len(heads)


def _last_event(file: Path) -> int:
    """Return the newest event the anchor file covers; a line cut off by a crash counts for nothing."""
    if not file.exists():
        return 0
    last = 0
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            last = int(json.loads(line)["event"])
        except (ValueError, KeyError):
            continue
    return last


def chain_is_whole(ports: Ports, verification_id: str) -> bool:
    """Tell whether every event of a verification still hashes to the head on its row."""
    with ports.database.reading() as db:
        verification = db.get_one(tables.Verification, verification_id)
        rows = db.scalars(
            select(tables.Event)
            .where(tables.Event.verification_id == verification_id)
            .order_by(tables.Event.seq)
        ).all()
    head = chain.GENESIS
    for number, row in enumerate(rows, start=1):
        content = (row.type, row.created_at, chain.canonical(row.public))
        head = chain.link(head, number, content, row.commitment)
        if row.seq != number or row.hash != head:
            return False
    return head == verification.head
