"""Deletes data whose retention period has ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    Delete,
    Row,
    Select,
    Table,
    Update,
    column,
    delete,
    select,
    text,
    tuple_,
    update,
)

from api.capture.kept_frames import forget_frames
from api.contacts.callback import NONCES
from api.directory import file_deletion
from api.directory.identify import ON_A_PHONE
from api.facts import emptying
from api.ports import Ports
from api.privacy import erasure, renewals
from models import tables
from models.domain import retention as rules
from models.domain.appeal import AppealState
from models.domain.attempt import TERMINAL, AttemptState
from models.domain.console.renewal import RenewalState
from models.domain.release.calculation import KEPT
from models.domain.retention import Appealed

BATCH = 500


def sweep(ports: Ports) -> None:
    """Delete every capture, photo, hash, session and stored answer that is due."""
    for challenge_id in _due_captures(ports):
        forget_frames(ports, challenge_id)
    for appeal_id, keys in _reviewed_photos(ports):
        ports.objects.delete(keys)
        with ports.database.transaction() as db:
            appeal = db.get_one(tables.Appeal, appeal_id)
            appeal.photo_keys, appeal.photos_deleted_at = [], ports.now()
    file_deletion.delete_due(ports)
    renewals.sweep(ports)
    erasure.finish_all(ports)
    emptying.of_old(ports)
    _delete_old_rows(ports)


def _due_captures(ports: Ports) -> list[str]:
    """Return the challenges whose frames are due for deletion."""
    capture, attempt, appeal = tables.Capture, tables.Attempt, tables.Appeal
    renewal = tables.Renewal
    # Two statements: in one, SQLite begins with the attempts of half a year instead of the few captures kept.
    kept = select(capture.challenge_id).where(capture.deleted_at.is_(None)).order_by(capture.first_at)
    of_them = (
        select(
            *(tables.Challenge.id, attempt.state, attempt.failed_at),
            *(appeal.state, appeal.created_at, renewal.state),
        )
        .join(attempt, attempt.id == tables.Challenge.attempt_id)
        .outerjoin(appeal, appeal.attempt_id == attempt.id)
        .outerjoin(renewal, renewal.appeal_id == appeal.id)
        .where(attempt.state.in_([*TERMINAL, AttemptState.FAILED]))
    )
    now, due = ports.now(), list[str]()
    with ports.database.reading() as db:
        ids = db.scalars(kept).all()
        for begin in range(0, len(ids), BATCH):
            some = of_them.where(tables.Challenge.id.in_(ids[begin : begin + BATCH]))
            due += [row[0] for row in db.execute(some) if _is_due(row, now)]
            if len(due) >= BATCH:
                break
    return due[:BATCH]


def _is_due(
    row: Row[str, AttemptState, datetime | None, AppealState, datetime, RenewalState], now: datetime
) -> bool:
    """Tell whether the frames of a capture, by its attempt and appeal, are due for deletion."""
    _, state, failed_at, appealed, lodged_at, renewed = row
    appeal = Appealed(appealed, lodged_at, renewed is RenewalState.WANTED) if appealed else None
    return rules.frames_are_due(state, failed_at, appeal, now)


def _reviewed_photos(ports: Ports) -> Sequence[tuple[str, list[str]]]:
    """Return the photos of appeals whose review ended, or did not end within 15 days."""
    appeal = tables.Appeal
    kept = select(appeal.id, appeal.photo_keys).where(appeal.photos_deleted_at.is_(None)).limit(BATCH)
    late = appeal.state == AppealState.LODGED, appeal.created_at <= ports.now() - rules.APPEALED
    with ports.database.reading() as db:
        found = [*db.execute(kept.where(appeal.reviewed_at.is_not(None))), *db.execute(kept.where(*late))]
        return [(row.id, row.photo_keys) for row in found]


def _delete_old_rows(ports: Ports) -> None:
    """Delete expired rows, each batch in its own transaction."""
    now, seen = ports.now(), tables.SeenFrame
    for table, due in (
        (seen, seen.seen_at < now - rules.EXACT_HASHES),
        (tables.Idempotency, tables.Idempotency.created_at < now - rules.IDEMPOTENT_ANSWERS),
        (tables.CallbackNonce, tables.CallbackNonce.seen_at < now - NONCES),
        (tables.TillCode, tables.TillCode.expires_at < now - rules.IDEMPOTENT_ANSWERS),
        (tables.Miss, tables.Miss.at < now - ON_A_PHONE.window),
        (tables.Session, tables.Session.expires_at < now),
        (tables.RateCount, tables.RateCount.until < now),
        (tables.Calculation, tables.Calculation.asked_at < now - KEPT),
    ):
        key = tuple(cast("Table", table.__table__).primary_key)
        _in_batches(ports, delete(table).where(tuple_(*key).in_(select(*key).where(due).limit(BATCH))))
    some = _unstripped(ports, now - rules.SIMILAR_HASHES)
    _in_batches(ports, update(seen).where(seen.id.in_(some)).values(phash="", movement=None))


def _unstripped(ports: Ports, before: datetime) -> Select[int]:
    """Select some older frames that still have their similarity keys."""
    seen = tables.SeenFrame
    # Without the hint SQLite uses the index of all times, most of whose frames are already stripped.
    is_sqlite = ports.database.engine.dialect.name == "sqlite"
    source = text("seen_frame INDEXED BY ix_seen_frame_not_stripped" if is_sqlite else "seen_frame")
    old = column("seen_at", seen.seen_at.type) < before
    # Written literally so that the planner matches the partial index's condition.
    return select(column("id", seen.id.type)).select_from(source).where(old, text("phash <> ''")).limit(BATCH)


def _in_batches(ports: Ports, change: Delete | Update) -> None:
    """Repeat a bounded change until nothing is left, so that no lock is held for long."""
    changed = BATCH
    while changed >= BATCH:
        with ports.database.transaction() as db:
            changed = cast("CursorResult[Any]", db.execute(change)).rowcount
