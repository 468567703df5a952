"""Reviews of appeals; they never change the verification."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appeals import recovering
from api.capture import frames
from api.directory import photos
from api.ports import Ports
from api.verification import case as cases
from api.verification.record import Change, record
from models import tables
from models.domain import appeal as rules
from models.domain.appeal import AppealState
from models.domain.errors import Absent
from models.vault import CannotOpen


@dataclass(frozen=True, slots=True)
class Purchase:
    """The appealed purchase: institution, amount, and why and how narrowly the try failed.

    `score` is the last compared try's, `threshold` its policy's; None where nothing was compared or the score
    has been deleted.
    """

    institution: str
    order_no: str
    amount_fen: int
    opened_at: datetime
    cause: str | None
    score: float | None
    threshold: float | None


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What a reviewer gets: appeal, purchase, pictures and their keys by name; `missing` names lost ones."""

    row: tables.Appeal
    case: Purchase
    statement: str
    pictures: dict[str, bytes]
    missing: tuple[str, ...]
    keys: dict[str, str]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The outcome of an appeal, the reviewer's name and the reason."""

    target: AppealState
    reviewer: str
    note: str


def open_appeals(ports: Ports, state: AppealState | None = AppealState.LODGED) -> list[tables.Appeal]:
    """Return the appeals in a state (or all), oldest first."""
    wanted = select(tables.Appeal).order_by(tables.Appeal.created_at)
    with ports.database.reading() as db:
        return list(db.scalars(wanted if state is None else wanted.where(tables.Appeal.state == state)))


def exhibit(ports: Ports, appeal_id: str) -> Exhibit:
    """Return an appeal with its photos, the kept frames of the failed try, and the reference photos."""
    with ports.database.reading() as db:
        row = _found(db.get(tables.Appeal, appeal_id))
        case = _purchase(ports, db, row)
        keys = dict(_keys(db, row))
    pictures, missing = {}, []
    for name, key in keys.items():
        try:
            pictures[name] = photos.get(ports, key)
        except (KeyError, CannotOpen):
            missing.append(name)
    said = ports.vault.text(f"appeal.statement:{row.id}", row.statement)
    return Exhibit(row, case, said, pictures, tuple(missing), keys)


def _keys(db: Session, row: tables.Appeal) -> Iterator[tuple[str, str]]:
    """Yield name and key of each picture."""
    tries = select(tables.Challenge.id).where(tables.Challenge.attempt_id == row.attempt_id)
    kept = [frame.file_key for one in db.scalars(tries) for frame in frames.rows(db, one) if frame.file_key]
    enrolled = select(tables.Enrolment.photo_key).where(
        tables.Enrolment.person_id == row.person_id, tables.Enrolment.revoked_at.is_(None)
    )
    enrolled = enrolled.order_by(tables.Enrolment.created_at.desc(), tables.Enrolment.id)
    for kind, keys in (("appeal", row.photo_keys), ("frame", kept), ("reference", db.scalars(enrolled))):
        for number, key in enumerate(keys):
            yield f"{kind}-{number}", key


def _purchase(ports: Ports, db: Session, row: tables.Appeal) -> Purchase:
    """Return the appealed purchase."""
    verification = db.get_one(tables.Verification, row.verification_id)
    institution = db.get_one(tables.Institution, row.institution_id)
    return Purchase(
        institution.name,
        verification.order_no,
        verification.amount_fen,
        verification.created_at,
        db.get_one(tables.Attempt, row.attempt_id).reason,
        _score(ports, db, row.attempt_id),
        _threshold(db, row.attempt_id),
    )


def _score(ports: Ports, db: Session, attempt_id: str) -> float | None:
    """Return the score of the attempt's last decision that has one."""
    found = (facts.get("score") for facts in _facts(ports, db, attempt_id))
    return next((float(score) for score in found if score is not None), None)


def _threshold(db: Session, attempt_id: str) -> float | None:
    """Return the threshold in the policy of the last try."""
    newest = (
        select(tables.Challenge.policy_version)
        .where(tables.Challenge.attempt_id == attempt_id)
        .order_by(tables.Challenge.number.desc())
        .limit(1)
    )
    version = db.scalar(newest)
    policy = db.get(tables.PolicyVersion, version) if version is not None else None
    return None if policy is None else float(policy.document["score_min"])


def has_near_relative(ports: Ports, db: Session, attempt_id: str) -> bool:
    """Tell whether a relative scored above the claimed person in any try of the attempt."""
    pairs = ((facts.get("relative"), facts.get("score")) for facts in _facts(ports, db, attempt_id))
    return any(near is not None and score is not None and near > score for near, score in pairs)


def _facts(ports: Ports, db: Session, attempt_id: str) -> Iterator[Mapping[str, float | None]]:
    """Yield the stored facts of the attempt's tries, newest first."""
    decided = select(tables.Decision).where(
        tables.Decision.attempt_id == attempt_id, tables.Decision.report.is_not(None)
    )
    for one in db.scalars(decided.order_by(tables.Decision.created_at.desc())):
        stored = json.loads(ports.vault.text(f"decision.report:{one.challenge_id}", one.report or b""))
        yield stored.get("facts", {})


def settle(ports: Ports, db: Session, row: tables.Appeal, conclusion: Conclusion) -> None:
    """Record the outcome of an appeal's review."""
    row.state = rules.advance(row.state, conclusion.target)
    row.reviewed_at, row.reviewer = ports.now(), conclusion.reviewer
    row.note = ports.vault.seal(f"appeal.note:{row.id}", conclusion.note)
    if row.state is AppealState.REJECTED:
        recovering.open_for(ports, db, row)
    case = cases.current(ports, db, row.verification_id)
    told = {"reviewer": conclusion.reviewer}
    record(
        ports,
        db,
        case.verification,
        Change(f"appeal.{row.state}", case.attempt(row.attempt_id), private=told),
    )


def _found(row: tables.Appeal | None) -> tables.Appeal:
    if row is None:
        raise Absent("no such appeal")
    return row
