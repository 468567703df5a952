"""Verification of the chain of acts and of its anchors outside the database."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from api.acts.ledger import hash_of, private_of
from api.ports import Ports
from models import tables
from models.domain import chain
from models.vault import CannotOpen

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Wrong:
    """One altered act and the part that fails verification: `link`, `private` or `anchor`."""

    seq: int
    part: str


@dataclass(frozen=True, slots=True)
class CheckedActs:
    """Result of a check: the numbers of acts and anchors checked, and the altered acts."""

    acts: int = 0
    anchors: int = 0
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Tell whether no act is altered."""
        return not self.wrong


def anchor(ports: Ports) -> bool:
    """Append the newest act's hash to the anchor file; tell whether anything was appended."""
    file = _file(ports)
    if file is None:
        return False
    newest = select(tables.Act.seq, tables.Act.hash).order_by(tables.Act.seq.desc()).limit(1)
    with ports.database.reading() as db:
        row = db.execute(newest).first()
    if row is None or row.seq in _anchored(file):
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as anchors:
        anchors.write(json.dumps({"at": ports.now().isoformat(), "act": row.seq, "hash": row.hash}) + "\n")
    return True


def check(ports: Ports) -> CheckedActs:
    """Recompute the chain and compare it with the stored hashes, private parts and anchors."""
    file = _file(ports)
    anchored = _anchored(file) if file else {}
    acts, last, wrong = 0, chain.GENESIS, []
    with ports.database.reading() as db:
        wanted = select(tables.Act).order_by(tables.Act.seq).execution_options(yield_per=BATCH)
        for row in db.scalars(wanted):
            acts += 1
            if row.seq != acts or row.hash != hash_of(row, last):
                wrong.append(Wrong(row.seq, "link"))
            elif not _is_committed(ports, row):
                wrong.append(Wrong(row.seq, "private"))
            elif anchored.get(row.seq, row.hash) != row.hash:
                wrong.append(Wrong(row.seq, "anchor"))
            last = row.hash
    wrong += [Wrong(seq, "anchor") for seq in anchored if seq > acts]
    return CheckedActs(acts, len(anchored), wrong)


def _file(ports: Ports) -> Path | None:
    """Return the path of the acts' anchor file, beside the events' one, or None."""
    file = ports.settings.anchor_file
    return file.with_name(f"{file.stem}-acts{file.suffix}") if file else None


def _anchored(file: Path) -> dict[int, str]:
    """Return the anchored hashes by sequence number; incomplete lines (from a crash) are ignored."""
    found: dict[int, str] = {}
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                found[int(entry["act"])] = str(entry["hash"])
            except (ValueError, KeyError, TypeError):
                continue
    return found


def _is_committed(ports: Ports, row: tables.Act) -> bool:
    """Tell whether the private part matches its commitment."""
    try:
        return chain.commit(row.salt or b"", private_of(ports, row)) == row.commitment
    except (CannotOpen, ValueError):
        return False
