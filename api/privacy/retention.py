"""Deleting what must no longer be kept."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from api.capture.kept_frames import forget_frames
from api.contacts.callback import NONCES
from api.directory.identify import ON_A_PHONE
from api.ports import Ports
from models import tables
from models.domain import retention as rules
from models.domain.attempt import TERMINAL, AttemptState

BATCH = 200


def sweep(ports: Ports) -> None:
    """Delete every capture, photo, hash, session and stored answer that is due."""
    for challenge_id in _due_captures(ports):
        forget_frames(ports, challenge_id)
    for appeal_id, keys in _reviewed_photos(ports):
        ports.objects.delete(keys)
        with ports.database.transaction() as db:
            db.get_one(tables.Appeal, appeal_id).photo_keys = []
    _delete_old_rows(ports)


def _due_captures(ports: Ports) -> list[str]:
    """Return the challenges whose frames must go now."""
    with ports.database.reading() as db:
        rows = db.execute(
            select(
                tables.Capture.challenge_id,
                tables.Attempt.state,
                tables.Attempt.failed_at,
                tables.Appeal.state,
            )
            .join(tables.Challenge, tables.Challenge.id == tables.Capture.challenge_id)
            .join(tables.Attempt, tables.Attempt.id == tables.Challenge.attempt_id)
            .outerjoin(tables.Appeal, tables.Appeal.attempt_id == tables.Attempt.id)
            .where(tables.Capture.deleted_at.is_(None))
            .where(tables.Attempt.state.in_([*TERMINAL, AttemptState.FAILED]))
            .order_by(tables.Capture.first_at)
        ).all()
    now = ports.now()
    due = [row[0] for row in rows if rules.frames_are_due(row[1], row[2], row[3], now)]
    return due[:BATCH]


def _reviewed_photos(ports: Ports) -> Sequence[tuple[str, list[str]]]:
    """Return the photos of appeals whose review has ended."""
    from_review = select(tables.Appeal).where(tables.Appeal.reviewed_at.is_not(None))
    with ports.database.reading() as db:
        return [(row.id, row.photo_keys) for row in db.scalars(from_review) if row.photo_keys][:BATCH]


def _delete_old_rows(ports: Ports) -> None:
    """Delete rows whose time is over, each kind in a transaction of its own."""
    now = ports.now()
    for condition in (
        delete(tables.SeenFrame).where(tables.SeenFrame.seen_at < now - rules.EXACT_HASHES),
        update(tables.SeenFrame)
        .where(tables.SeenFrame.seen_at < now - rules.SIMILAR_HASHES, tables.SeenFrame.phash != "")
        .values(phash="", movement=None),
        delete(tables.Idempotency).where(tables.Idempotency.created_at < now - rules.IDEMPOTENT_ANSWERS),
        delete(tables.CallbackNonce).where(tables.CallbackNonce.seen_at < now - NONCES),
        delete(tables.TillCode).where(tables.TillCode.expires_at < now - rules.IDEMPOTENT_ANSWERS),
        delete(tables.Miss).where(tables.Miss.at < now - ON_A_PHONE.window),
        delete(tables.Session).where(tables.Session.expires_at < now),
    ):
        with ports.database.transaction() as db:
            db.execute(condition)
