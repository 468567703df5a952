"""Compares the archive with the database: `yibao audit check --exported`."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.archive import chunks, lines
from api.archive.chunks import Chunk, Unreadable
from api.archive.stores import Archive, archive
from api.ports import Ports
from api.verification import sm2_signing
from models import tables
from models.domain import chain


@dataclass(frozen=True, slots=True)
class Compared:
    """Result of a comparison: how much was compared, and what differs.

    `signed`: chunks under a valid SM2 signature; `chunks_wrong`: chunks that are missing, unreadable, not
    those recorded or named by the next, or under a wrong signature;
    `rewritten`, `missing`, `added`: verifications whose events are others than the exported ones, are no
    longer in the database, or are in no chunk; `acts`: numbers of acts that differ.
    """

    chunks: int = 0
    events: int = 0
    chunks_wrong: list[int] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    acts: list[int] = field(default_factory=list)
    signed: int = 0

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing differs."""
        return not (self.chunks_wrong or self.rewritten or self.missing or self.added or self.acts)


def compare(ports: Ports) -> Compared | None:
    """Read the whole archive and compare it with the database; None where no archive is set.

    Raises ArchiveUnavailable, or Sm2Unavailable where a chunk is signed and OpenSSL cannot check it.
    """
    store = archive(ports.settings)
    if store is None:
        return None
    count, events, signed, wrong = 0, 0, 0, list[int]()
    differing: dict[str, set[str]] = {"rewritten": set(), "missing": set(), "added": set()}
    acts: set[int] = set()
    with ports.database.reading() as db:
        for number, chunk in _chunks(db, store):
            count += 1
            if chunk is None:
                wrong.append(number)
                continue
            events, signed = events + len(chunk.events), signed + (chunk.signature is not None)
            _events(db, chunk, differing)
            acts |= _acts(db, chunk)
    told = {kind: sorted(ids) for kind, ids in differing.items()}
    return Compared(count, events, wrong, acts=sorted(acts), signed=signed, **told)


def _chunks(db: Session, store: Archive) -> Iterator[tuple[int, Chunk | None]]:
    """Yield every chunk by its number, recorded or only stored; None for one that is not as it was."""
    row = tables.ArchiveChunk
    recorded = db.scalar(select(func.max(row.number))) or 0
    number, previous = 1, chain.GENESIS
    while True:
        content = store.get(chunks.name(number))
        if content is None and number > recorded:
            return
        known = db.get(row, number)
        chunk = _read(db, content or b"")
        follows = chunk is not None and (chunk.head.number, chunk.head.previous) == (number, previous)
        is_known = chunk is not None and (known is None or known.sha256 == chunk.digest)
        yield number, chunk if follows and is_known else None
        previous = known.sha256 if known else chunk.digest if chunk else ""
        number += 1


def _read(db: Session, content: bytes) -> Chunk | None:
    """Return a chunk, or None for what is none or under a wrong signature."""
    try:
        chunk = chunks.read(content)
    except Unreadable:
        return None
    mark = chunk.signature
    is_ours = mark is None or sm2_signing.holds(db, chunks.signed_part(content), mark)
    return chunk if is_ours else None


def _events(db: Session, chunk: Chunk, differing: dict[str, set[str]]) -> None:
    """Add the verifications whose events are not those of the chunk."""
    event, (after, upto) = tables.Event, (chunk.head.after.event, chunk.head.upto.event)
    rows = db.scalars(select(event).where(event.id > after, event.id <= upto))
    ours = {row.id: lines.of_row(row) for row in rows}
    for event_id in ours.keys() | chunk.events.keys():
        mine, theirs = ours.get(event_id), chunk.events.get(event_id)
        if mine is None and theirs is not None:
            differing["missing"].add(theirs.verification_id)
        elif theirs is None and mine is not None:
            differing["added"].add(mine.verification_id)
        elif mine is not None and theirs is not None and mine != theirs:
            differing["rewritten"].add(theirs.verification_id)


def _acts(db: Session, chunk: Chunk) -> set[int]:
    """Return the numbers of the acts that are not those of the chunk."""
    act, (after, upto) = tables.Act, (chunk.head.after.act, chunk.head.upto.act)
    rows = db.execute(select(act.seq, act.hash).where(act.seq > after, act.seq <= upto)).all()
    ours = {row.seq: row.hash for row in rows}
    return {seq for seq in ours.keys() | chunk.acts.keys() if ours.get(seq) != chunk.acts.get(seq)}
