"""What a reviewer does with an appeal; the purchase it let go on is never touched."""

from dataclasses import dataclass

from sqlalchemy import select

from api.capture import frames
from api.ports import Ports
from api.verification import case as cases
from api.verification.record import Change, record
from models import tables
from models.domain import appeal as rules
from models.domain.appeal import AppealState
from models.domain.errors import Absent


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What a reviewer looks at: the plea, and the pictures by name."""

    row: tables.Appeal
    statement: str
    pictures: dict[str, bytes]


def open_appeals(ports: Ports, state: AppealState | None = AppealState.LODGED) -> list[tables.Appeal]:
    """Return the appeals in a state (or all), oldest first."""
    wanted = select(tables.Appeal).order_by(tables.Appeal.created_at)
    with ports.database.reading() as db:
        return list(db.scalars(wanted if state is None else wanted.where(tables.Appeal.state == state)))


def exhibit(ports: Ports, appeal_id: str) -> Exhibit:
    """Return an appeal with its photos, the frames kept of the failed try, and the reference photos."""
    with ports.database.reading() as db:
        row = _found(db.get(tables.Appeal, appeal_id))
        kept = [
            frame.file_key
            for challenge in db.scalars(
                select(tables.Challenge.id).where(tables.Challenge.attempt_id == row.attempt_id)
            )
            for frame in frames.rows(db, challenge)
            if frame.file_key
        ]
        references = db.scalars(
            select(tables.Enrolment.photo_key).where(
                tables.Enrolment.person_id == row.person_id, tables.Enrolment.revoked_at.is_(None)
            )
        ).all()
    pictures = {}
    for kind, keys in (("appeal", row.photo_keys), ("frame", kept), ("reference", references)):
        for number, key in enumerate(keys):
            pictures[f"{kind}-{number}"] = ports.objects.get(key)
    return Exhibit(row, ports.vault.text(f"appeal.statement:{row.id}", row.statement), pictures)


def conclude(ports: Ports, appeal_id: str, target: AppealState, reviewer: str, note: str) -> tables.Appeal:
    """Uphold or reject an appeal, once; the verification keeps its state."""
    with ports.database.transaction() as db:
        row = _found(db.get(tables.Appeal, appeal_id))
        row.state = rules.advance(row.state, target)
        row.reviewed_at, row.reviewer = ports.now(), reviewer
        row.note = ports.vault.seal(f"appeal.note:{row.id}", note)
        case = cases.current(ports, db, row.verification_id)
        change = Change(f"appeal.{target}", case.attempt(row.attempt_id), private={"reviewer": reviewer})
        record(ports, case.verification, change)
        return row


def _found(row: tables.Appeal | None) -> tables.Appeal:
    if row is None:
        raise Absent("no such appeal")
    return row
