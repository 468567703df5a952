"""Records that the person prefers to show a document; the counter is told and nothing ends."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.capture.scene import Scene, owned
from api.ports import Ports
from api.verification.record import Change, record
from models import tables
from models.domain.attempt import AttemptState
from models.domain.person import User

KIND = "attempt.documents_wanted"
MAY_SAY_SO = frozenset(
    {AttemptState.OPENED, AttemptState.CONSENTED, AttemptState.CHALLENGED, AttemptState.FAILED}
)


def tell(ports: Ports, user: User, scene: str) -> Scene:
    """Record that the person prefers to show a document; idempotent, no effect after the end."""
    with ports.database.transaction() as db:
        seen = owned(ports, db, user, scene)
        note(ports, db, seen)
        return seen


def note(ports: Ports, db: Session, seen: Scene, why: Mapping[str, Any] | None = None) -> None:
    """Record for the counter that documents or its own phone are needed; idempotent."""
    newest = (
        select(tables.Event.type)
        .where(tables.Event.verification_id == seen.case.verification.id)
        .order_by(tables.Event.seq.desc())
        .limit(1)
    )
    if seen.case.is_open and seen.attempt.state in MAY_SAY_SO and db.scalar(newest) != KIND:
        private = seen.actor | dict(why or {})
        record(ports, seen.case.db, seen.case.verification, Change(KIND, seen.attempt, private=private))
