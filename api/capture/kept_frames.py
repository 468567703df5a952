"""Keeps a few frames of a capture for a reviewer, and deletes the rest."""

from sqlalchemy import delete, select, update

from api.capture import frames
from api.ports import Ports
from models import tables
from models.domain import retention as rules


def forget_frames(ports: Ports, challenge_id: str) -> None:
    """Delete a capture's frames, files first, so that an interrupted deletion is found and repeated."""
    ports.objects.delete(ports.objects.list(f"frames/{challenge_id}/"))
    with ports.database.transaction() as db:
        db.execute(delete(tables.Frame).where(tables.Frame.challenge_id == challenge_id))
        capture = db.get(tables.Capture, challenge_id)
        if capture is not None:
            capture.deleted_at = capture.deleted_at or ports.now()


def keep_best(ports: Ports, attempt_id: str) -> None:
    """Keep at most five evidence frames per attempt for the reviewer, the sharpest ones.

    The consent notice promises at most five, however often the person tries.
    """
    frame, challenge = tables.Frame, tables.Challenge
    tried = select(frame).join(challenge, challenge.id == frame.challenge_id)
    with ports.database.reading() as db:
        rows = db.scalars(tried.where(challenge.attempt_id == attempt_id, frame.file_key.is_not(None))).all()
    ranked = sorted(rows, key=lambda row: frames.opened(ports, row).sharpness, reverse=True)
    surplus = [row.file_key for row in ranked[rules.FAILED_FRAMES_KEPT :] if row.file_key]
    if not surplus:
        return
    ports.objects.delete(surplus)
    with ports.database.transaction() as db:
        db.execute(update(frame).where(frame.file_key.in_(surplus)).values(file_key=None))
