"""Adds new events and acts to the archive, in chunks that each name the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.admin import audit
from api.archive import chunks, lines
from api.archive.chunks import Chunk, Head, Mark, Unreadable
from api.archive.stores import Archive, ArchiveUnavailable, archive
from api.ports import Ports
from api.verification import sm2_signing
from models import tables
from models.domain import chain
from models.sm2 import Sm2Unavailable
from models.vault import Ciphers

# A chunk is made when it is full or when its oldest entry has waited this long.
WAITS = timedelta(minutes=10)
MOST = 5000
CHUNKS_A_RUN = 6

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Span:
    """What the next chunk holds."""

    events: Sequence[tables.Event]
    acts: Sequence[tables.Act]

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is full or has waited long enough."""
        waiting = [*(row.created_at for row in self.events[:1]), *(row.at for row in self.acts[:1])]
        full = len(self.events) >= MOST or len(self.acts) >= MOST
        return full or any(now - since >= WAITS for since in waiting)


def export(ports: Ports, *, at_once: bool = False) -> int:
    """Export what is due, or everything `at_once`; return how many chunks were added.

    An interrupted run is resumed: a chunk that was stored but not recorded is recorded by the next run.
    """
    store = archive(ports.settings)
    if store is None:
        return 0
    newest, added = audit.settled(ports), 0
    try:
        while at_once or added < CHUNKS_A_RUN:
            if not _next(ports, store, newest, at_once=at_once):
                break
            added += 1
    except (ArchiveUnavailable, Unreadable, Sm2Unavailable) as error:
        log.warning("archive_put_off", kind=type(error).__name__, why=str(error))
        if at_once:
            raise
    return added


def _next(ports: Ports, store: Archive, newest: int, *, at_once: bool) -> bool:
    """Store and record the next chunk; return False where none is due."""
    with ports.database.reading() as db:
        last = last_chunk(db)
        mark = Mark(last.event_id, last.act_seq) if last else Mark()
        span = _waiting(db, mark, newest)
    if not (span.events or span.acts) or not (at_once or span.is_due(ports.now())):
        return False
    upto = Mark(
        span.events[-1].id if span.events else mark.event, span.acts[-1].seq if span.acts else mark.act
    )
    number, previous = (last.number + 1, last.sha256) if last else (1, chain.GENESIS)
    content = chunks.packed(Head(number, previous, ports.now(), mark, upto), span.events, span.acts)
    if ports.vault.ciphers is Ciphers.SM:
        with ports.database.transaction() as db:
            content = chunks.with_signature(content, sm2_signing.signed(ports, db, content))
    if not store.add(chunks.name(number), content):
        # Left by a run that was interrupted, or by the history before a restore.
        content = store.get(chunks.name(number)) or b""
    stored = chunks.read(content)
    if stored.head.number != number:
        raise Unreadable("another number")
    _record(ports, stored, mark)
    return True


def last_chunk(db: Session) -> tables.ArchiveChunk | None:
    """Return the newest recorded chunk, or None."""
    return db.scalar(select(tables.ArchiveChunk).order_by(tables.ArchiveChunk.number.desc()).limit(1))


def first_waiting(db: Session) -> datetime | None:
    """Return the time of the oldest event that is not exported, or None."""
    last, event = last_chunk(db), tables.Event
    after = event.id > (last.event_id if last else 0)
    return db.scalar(select(event.created_at).where(after).order_by(event.id).limit(1))


def _waiting(db: Session, mark: Mark, newest: int) -> Span:
    """Return the next events and acts after the mark."""
    event, act = tables.Event, tables.Act
    events = select(event).where(event.id > mark.event, event.id <= newest).order_by(event.id).limit(MOST)
    acts = select(act).where(act.seq > mark.act).order_by(act.seq).limit(MOST)
    return Span(db.scalars(events).all(), db.scalars(acts).all())


def _record(ports: Ports, stored: Chunk, mark: Mark) -> None:
    """Record a stored chunk as the newest.

    Where it holds another history than the database's, as after a restore from an older copy, nothing of
    ours counts as exported by it.
    """
    with ports.database.transaction() as db:
        reached = stored.head.upto if _is_ours(db, stored) else mark
        if db.get(tables.ArchiveChunk, stored.head.number) is None:
            db.add(
                tables.ArchiveChunk(
                    number=stored.head.number,
                    sha256=stored.digest,
                    event_id=reached.event,
                    act_seq=reached.act,
                    at=ports.now(),
                )
            )


def _is_ours(db: Session, stored: Chunk) -> bool:
    """Tell whether the database holds exactly the chunk's events and acts."""
    event, act, (after, upto) = tables.Event, tables.Act, (stored.head.after, stored.head.upto)
    events = db.scalars(select(event).where(event.id > after.event, event.id <= upto.event))
    acts = db.execute(select(act.seq, act.hash).where(act.seq > after.act, act.seq <= upto.act)).all()
    same = {row.id: lines.of_row(row) for row in events} == stored.events
    return same and {row.seq: row.hash for row in acts} == stored.acts
