"""The memory of frames: what has been filmed once must never count again."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.ports import Ports
from models import tables
from models.domain.policy import Policy
from models.domain.retention import EXACT_HASHES, SIMILAR_HASHES


def seen_exactly(ports: Ports, db: Session, challenge_id: str) -> int:
    """Return how many of a challenge's frames came, byte for byte, in any other challenge."""
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


def seen_similarly(ports: Ports, db: Session, challenge_id: str, policy: Policy) -> int:
    """Return the longest run of frames that look, in order, like those of one earlier capture.

    Only captures of the same person at the same institution are compared.
    """
    wanted = select(tables.SeenFrame).where(tables.SeenFrame.challenge_id == challenge_id)
    mine = list(db.scalars(wanted.order_by(tables.SeenFrame.seq)))
    if not mine or mine[0].person_id is None:
        return 0
    earlier = db.execute(
        select(tables.SeenFrame.challenge_id, tables.SeenFrame.phash)
        .where(tables.SeenFrame.person_id == mine[0].person_id)
        .where(tables.SeenFrame.institution_id == mine[0].institution_id)
        .where(tables.SeenFrame.challenge_id != challenge_id)
        .where(tables.SeenFrame.phash != "")
        .where(tables.SeenFrame.seen_at > ports.now() - SIMILAR_HASHES)
        .order_by(tables.SeenFrame.challenge_id, tables.SeenFrame.seq)
    )
    ours = [int(row.phash, 16) for row in mine if row.phash]
    captures = groupby(earlier, key=lambda row: row.challenge_id)
    runs = (
        longest_run(ours, [int(row.phash, 16) for row in group], policy.similar_bits) for _, group in captures
    )
    return max(runs, default=0)


def longest_run(ours: Sequence[int], theirs: Sequence[int], bits: int) -> int:
    """Return the length of the longest common subsequence of two hash sequences.

    Two 64-bit hashes are alike when they differ in at most `bits` bits.
    """
    row = [0] * (len(theirs) + 1)
    for mine in ours:
        diagonal = 0
        for j, other in enumerate(theirs, start=1):
            above = row[j]
            alike = (mine ^ other).bit_count() <= bits
            row[j] = diagonal + 1 if alike else max(above, row[j - 1])
            diagonal = above
    return row[-1]


def forget_everything(ports: Ports) -> int:
    """Clear the whole memory; only the demo offers this, so that a film can be shown twice."""
    with ports.database.transaction() as db:
        return db.query(tables.SeenFrame).delete()
