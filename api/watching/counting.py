"""Counting events and decisions into tallies by day, device and institution, each once."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.admin.audit import settled
from api.limits.locks import hold
from api.ports import CHINA, Ports
from api.watching import adding, measuring, walking
from api.watching.walking import Walked
from models import tables
from models.domain.watching import bins

MARK, BATCH = "watching", 2_000
EVENTS, WAITS = "events", "waits"


def count(ports: Ports) -> int:
    """Count all events that no running transaction can still precede; return how many. Idempotent.

    Waits until every old decision has its facts, which are written with new ones.
    """
    newest, done = settled(ports), 0
    while True:
        with ports.database.transaction() as db:
            hold(db, "watching")
            counted = 0 if _facts_missing(db) else batch(ports, db, newest)
        done += counted
        if counted < BATCH:
            return done


def _facts_missing(db: Session) -> bool:
    """Tell whether decisions older than all facts still await theirs."""
    decided = tables.Decision.created_at
    oldest = db.scalar(select(func.min(tables.DecisionFact.decided_at)))
    wanted = select(tables.Decision.challenge_id)
    wanted = wanted.where(decided < oldest) if oldest is not None else wanted
    return db.scalar(wanted.order_by(decided).limit(1)) is not None


def batch(ports: Ports, db: Session, newest: int) -> int:
    """Count the next events up to the newest, and move the watermark; return how many there were."""
    mark, event = adding.mark(db, MARK), tables.Event
    span = event.id > mark.event_id, event.id <= newest
    found = db.execute(
        select(event.id, event.verification_id).where(*span).order_by(event.id).limit(BATCH)
    ).all()
    if not found:
        return 0
    walked = [
        one
        for one in walking.walk(_events(db, {row.verification_id for row in found}, found[-1].id))
        if one.event.id > mark.event_id
    ]
    _add_events(db, walked)
    measuring.add(ports, db, [(one.attempt_id or "", one.decision) for one in walked])
    mark.event_id = found[-1].id
    return len(found)


def _events(db: Session, verification_ids: set[str], last: int) -> Sequence[tables.Event]:
    """Return all events of these verifications up to the last, sandboxes left out."""
    event, verification, shop = tables.Event, tables.Verification, tables.Institution
    wanted = (
        select(event)
        .join(verification, verification.id == event.verification_id)
        .join(shop, shop.id == verification.institution_id)
        .where(event.verification_id.in_(verification_ids), event.id <= last, shop.sandbox.is_(False))
        .order_by(event.verification_id, event.seq)
    )
    return db.scalars(wanted).all()


def _add_events(db: Session, walked: Iterable[Walked]) -> None:
    """Add events by channel and reason, and the seconds that steps took."""
    some = list(walked)
    attempt = tables.Attempt
    ids = {one.attempt_id for one in some if one.attempt_id}
    channels = {
        row.id: str(row.channel)
        for row in db.execute(select(attempt.id, attempt.channel).where(attempt.id.in_(ids)))
    }
    found: Counter[adding.Key] = Counter()
    for one in some:
        day = one.event.created_at.astimezone(CHINA).date()
        channel = channels.get(one.attempt_id or "", "")
        found[day, EVENTS, f"{channel} {one.event.type} {one.event.public.get('reason') or ''}", 0] += 1
        if one.step is not None:
            found[day, WAITS, f"{channel} {one.step}", bins.place(bins.WAITS, one.seconds)] += 1
    adding.add_days(db, found)
