"""Persons' requests about their own data, each a case that must be answered in time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.acts import impartial
from api.acts.ledger import Entry
from api.acts.ledger import record as note
from api.limits.locks import hold
from api.ports import Ports
from models import tables
from models.domain.console.act import ActKind
from models.domain.errors import Absent, TooMany
from models.domain.law import request as rules
from models.domain.law.request import RequestKind, RequestState
from models.domain.named import noted
from models.domain.person import User

Request = tables.SubjectRequest


def opened(ports: Ports, kind: RequestKind, user: User, person_id: str) -> Request:
    """Return a new case, due in 15 days; the caller adds it."""
    now = ports.now()
    return Request(
        id=ports.new_id("req"),
        kind=kind,
        person_id=person_id,
        openid_index=user.openid_index,
        state=RequestState.OPEN,
        asked_at=now,
        due_at=rules.due(now),
        owed=[],
        proof={},
    )


def exported(ports: Ports, db: Session, user: User, person_id: str) -> None:
    """Record that a person received an export of all their data."""
    row = opened(ports, RequestKind.EXPORT, user, person_id)
    row.state, row.closed_at = RequestState.DONE, row.asked_at
    db.add(row)


def correct(ports: Ports, user: User, person_id: str, statement: str) -> Request:
    """Open a correction case for a person whose pushes this phone receives; `statement` says what is wrong.

    Raises Absent for other persons, TooMany beyond five open cases of a phone.
    """
    with ports.database.transaction() as db:
        hold(db, f"requests of {user.openid_index}")
        binding = tables.Binding
        mine = select(binding.id).where(binding.openid_index == user.openid_index)
        live = mine.where(binding.person_id == person_id, binding.revoked_at.is_(None))
        if db.scalar(live.limit(1)) is None:
            raise Absent
        waiting = Request.openid_index == user.openid_index, Request.state == RequestState.OPEN
        if (db.scalar(select(func.count()).where(*waiting)) or 0) >= rules.OPEN_AT_MOST:
            raise TooMany("earlier requests are still open", code="rate_limited")
        row = opened(ports, RequestKind.CORRECT, user, person_id)
        row.statement = ports.vault.seal(f"subject_request.statement:{row.id}", statement)
        db.add(row)
        return row


def mine(ports: Ports, user: User) -> Sequence[Request]:
    """Return the requests made on this phone, newest first."""
    wanted = select(Request).where(Request.openid_index == user.openid_index)
    with ports.database.reading() as db:
        return db.scalars(wanted.order_by(Request.asked_at.desc(), Request.id).limit(100)).all()


def waiting(ports: Ports, *, every: bool = False, before: datetime | None = None) -> Sequence[Request]:
    """Return the open cases, or all, earliest deadline first; those due before a time, if one is given."""
    wanted = select(Request).order_by(Request.due_at, Request.id).limit(1000)
    wanted = wanted if before is None else wanted.where(Request.due_at < before)
    with ports.database.reading() as db:
        return db.scalars(wanted if every else wanted.where(Request.state == RequestState.OPEN)).all()


def seen(ports: Ports, operator_id: str, request_id: str) -> Request:
    """Return one case for an operator, recorded as an act; raises Absent."""
    with ports.database.transaction() as db:
        row = db.get(Request, request_id)
        if row is None:
            raise Absent("no such request")
        note(ports, db, Entry(operator_id, ActKind.REQUEST_OPENED, request_id))
        return row


def answer(ports: Ports, operator_id: str, request_id: str, text: str, *, refused: bool) -> None:
    """Close a correction with an answer for the person: done, or refused with the reason.

    Raises Absent, Invalid for an empty answer, Forbidden `not_impartial`, Conflict `request_closed`.
    """
    said = noted(text)
    with ports.database.transaction() as db:
        row = db.get(Request, request_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise Absent("no such request")
        impartial.require(db, operator_id, (row.person_id,))
        rules.may_answer(row.kind, row.state)
        row.state = RequestState.REFUSED if refused else RequestState.DONE
        row.closed_at, row.closed_by = ports.now(), operator_id
        row.answer = ports.vault.seal(f"subject_request.answer:{row.id}", said)
        note(ports, db, Entry(operator_id, ActKind.REQUEST_ANSWERED, row.id, {"state": row.state}))


def statement(ports: Ports, row: Request) -> str | None:
    """Return the person's text, or None."""
    return ports.vault.text(f"subject_request.statement:{row.id}", row.statement) if row.statement else None


def reply(ports: Ports, row: Request) -> str | None:
    """Return the answer, or None."""
    return ports.vault.text(f"subject_request.answer:{row.id}", row.answer) if row.answer else None
