"""The frame memory: recognises film that an earlier capture has used."""

from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.capture.facts import Memory
from api.ports import Ports
from matcher.liveness import replay, tremor
from matcher.liveness.replay import Sample
from matcher.types import Observation
from models import tables
from models.domain.policy import Policy
from models.domain.retention import EXACT_HASHES, SIMILAR_HASHES

# How many of a person's latest captures a new one is compared with.
COMPARED = 20


def recall(ports: Ports, db: Session, challenge_id: str, policy: Policy) -> Memory:
    """Return how much of a challenge's film was seen before.

    Exact files are searched in all challenges; similar frames only in the person's latest captures, at any
    institution.
    """
    exact = _seen_exactly(ports, db, challenge_id)
    wanted = select(tables.SeenFrame).where(tables.SeenFrame.challenge_id == challenge_id)
    mine = list(db.scalars(wanted.order_by(tables.SeenFrame.seq)))
    if not mine or mine[0].person_id is None:
        return Memory(exact)
    ours = [_sample(row) for row in mine]
    films = [[_sample(row) for row in group] for group in _earlier(ports, db, mine[0])]
    frames = (replay.alike_frames(ours, film, policy.similar_bits) for film in films)
    moved = (tremor.moved_ms(ours, film) for film in films)
    return Memory(exact, max(frames, default=0), max(moved, default=0))


def _seen_exactly(ports: Ports, db: Session, challenge_id: str) -> int:
    """Return how many of a challenge's frames are byte-identical to another challenge's."""
    mine = select(tables.SeenFrame.sha256).where(tables.SeenFrame.challenge_id == challenge_id)
    return (
        db.scalar(
            select(func.count(func.distinct(tables.SeenFrame.sha256)))
            .where(tables.SeenFrame.sha256.in_(mine))
            .where(tables.SeenFrame.challenge_id != challenge_id)
            .where(tables.SeenFrame.seen_at > ports.now() - EXACT_HASHES)
        )
        or 0
    )


def _earlier(ports: Ports, db: Session, mine: tables.SeenFrame) -> list[list[tables.SeenFrame]]:
    """Return the frames of the person's latest other captures, one list for each capture."""
    alike = (
        (tables.SeenFrame.person_id == mine.person_id)
        & (tables.SeenFrame.challenge_id != mine.challenge_id)
        & (tables.SeenFrame.phash != "")
        & (tables.SeenFrame.seen_at > ports.now() - SIMILAR_HASHES)
    )
    latest = (
        select(tables.SeenFrame.challenge_id)
        .where(alike)
        .group_by(tables.SeenFrame.challenge_id)
        .order_by(func.max(tables.SeenFrame.seen_at).desc())
        .limit(COMPARED)
    )
    found = db.scalars(
        select(tables.SeenFrame)
        .where(alike, tables.SeenFrame.challenge_id.in_(latest.scalar_subquery()))
        .order_by(tables.SeenFrame.challenge_id, tables.SeenFrame.seq)
    )
    return [list(group) for _, group in groupby(found, key=lambda row: row.challenge_id)]


def _sample(row: tables.SeenFrame) -> Sample:
    return Sample(row.t_ms, row.phash, tuple(row.movement) if row.movement else None)


def of(
    challenge_id: str, person_id: str | None, institution_id: str, seen: Observation, now: datetime
) -> tables.SeenFrame:
    """Return the memory's row for a frame, so that it cannot be used again."""
    moved = replay.movement(seen)
    return tables.SeenFrame(
        sha256=seen.sha256,
        phash=seen.phash,
        movement=list(moved) if moved else None,
        challenge_id=challenge_id,
        seq=seen.seq,
        t_ms=seen.t_ms,
        person_id=person_id,
        institution_id=institution_id,
        seen_at=now,
    )


def forget_everything(ports: Ports) -> int:
    """Clear the whole memory; only the demo offers this, so that a film can be shown twice."""
    with ports.database.transaction() as db:
        return db.query(tables.SeenFrame).delete()
