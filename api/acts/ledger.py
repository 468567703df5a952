"""Appends acts to the hash chain and reads them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain import chain
from models.domain.console.act import ActKind


@dataclass(frozen=True, slots=True)
class Entry:
    """A new act: actor, kind and subject; `private` is stored encrypted."""

    actor: str
    kind: ActKind
    subject: str | None = None
    private: Mapping[str, str] = field(default_factory=dict)


def record(ports: Ports, db: Session, entry: Entry) -> tables.Act:
    """Append an act to the chain in the transaction of the action it records."""
    hold(db, "acts")
    last = db.scalar(select(tables.Act).order_by(tables.Act.seq.desc()).limit(1))
    row = tables.Act(
        seq=last.seq + 1 if last else 1,
        id=ports.new_id("act"),
        kind=entry.kind,
        actor=entry.actor,
        subject=entry.subject,
        at=ports.now(),
        salt=ports.random.salt(),
    )
    row.private = ports.vault.seal(f"act.private:{row.id}", chain.canonical(entry.private))
    row.commitment = chain.commit(row.salt or b"", entry.private)
    row.hash = hash_of(row, last.hash if last else chain.GENESIS)
    db.add(row)
    db.flush()
    return row


def hash_of(row: tables.Act, previous: str) -> str:
    """Return the chain hash of an act that follows the hash `previous`."""
    public = chain.canonical({"id": row.id, "actor": row.actor, "subject": row.subject})
    return chain.link(previous, row.seq, (row.kind, row.at, public), row.commitment)


def private_of(ports: Ports, row: tables.Act) -> dict[str, str]:
    """Return the decrypted private part of an act; raises CannotOpen where it was altered."""
    sealed: dict[str, str] = json.loads(ports.vault.text(f"act.private:{row.id}", row.private or b""))
    return sealed


def act(db: Session, act_id: str) -> tables.Act | None:
    """Return an act by its id, or None."""
    return db.scalar(select(tables.Act).where(tables.Act.id == act_id))


def has(db: Session, entry: Entry) -> bool:
    """Tell whether this actor has done this to this subject."""
    row = tables.Act
    mine = select(row.seq).where(
        row.subject == entry.subject, row.actor == entry.actor, row.kind == entry.kind
    )
    return db.scalar(mine.limit(1)) is not None


def newest(db: Session, before: int | None = None, most: int = 100) -> Sequence[tables.Act]:
    """Return up to `most` acts, newest first, with `seq` below `before` where given."""
    wanted = select(tables.Act).order_by(tables.Act.seq.desc()).limit(most)
    return db.scalars(wanted if before is None else wanted.where(tables.Act.seq < before)).all()


def about(db: Session, subject: str, most: int) -> Sequence[tables.Act]:
    """Return up to `most` acts on a subject, oldest first."""
    mine = select(tables.Act).where(tables.Act.subject == subject)
    return db.scalars(mine.order_by(tables.Act.seq).limit(most)).all()
