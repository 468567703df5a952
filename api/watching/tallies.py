"""Counting the event log behind a watermark: every event once, in one transaction with the watermark."""

from collections import Counter

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.admin.audit import settled
from api.limits.locks import hold
from api.ports import CHINA, Ports
from models import tables
from models.domain.attempt import Channel

MARK, BATCH = "events", 5_000
Key = tuple[object, str, str, str, str]


def count(ports: Ports) -> int:
    """Count all events that no running transaction can still precede; return how many. Idempotent."""
    newest, done = settled(ports), 0
    while True:
        with ports.database.transaction() as db:
            hold(db, "tallies")
            counted = _batch(db, newest)
        done += counted
        if counted < BATCH:
            return done


def _batch(db: Session, newest: int) -> int:
    """Add the next events to the tallies and move the watermark."""
    mark = db.get(tables.TallyMark, MARK)
    if mark is None:
        mark = tables.TallyMark(name=MARK, event_id=0)
        db.add(mark)
    event, verification = tables.Event, tables.Verification
    rows = db.execute(
        select(event.id, event.type, event.created_at, event.public, verification.institution_id)
        .join(verification, verification.id == event.verification_id)
        .where(event.id > mark.event_id, event.id <= newest)
        .order_by(event.id)
        .limit(BATCH)
    ).all()
    channels = _channels(db, {str(one.public["attempt_id"]) for one in rows if one.public["attempt_id"]})
    found: Counter[Key] = Counter(
        (
            one.created_at.astimezone(CHINA).date(),
            one.institution_id,
            channels.get(one.public["attempt_id"], ""),
            one.type,
            one.public["reason"] or "",
        )
        for one in rows
    )
    for key, events in found.items():
        _add(db, key, events)
    mark.event_id = rows[-1].id if rows else mark.event_id
    return len(rows)


def _channels(db: Session, ids: set[str]) -> dict[str | None, Channel]:
    row = tables.Attempt
    found = db.execute(select(row.id, row.channel).where(row.id.in_(ids)))
    return {one.id: one.channel for one in found}


def _add(db: Session, key: Key, events: int) -> None:
    """Add to one tally."""
    row = tables.EventTally
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    names = ("day", "institution_id", "channel", "type", "reason")
    first = dialect.insert(row).values(dict(zip(names, key, strict=True)) | {"events": events})
    db.execute(first.on_conflict_do_update(index_elements=names, set_={"events": row.events + events}))
