"""Requests for more material before an appeal is judged, and the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts.ledger import Entry, record
from api.appeals import impartial, lodge, reviewing
from api.appeals.impartial import Reviewer
from api.limits.locks import hold
from api.ports import Ports
from api.verification.record import to_send
from models import tables
from models.domain.appeal import PHOTOS, AppealState
from models.domain.attempt import Channel
from models.domain.console.act import ActKind
from models.domain.console.review import ANSWER, Wanted, askable, can_ask, may_answer, waits
from models.domain.delivery import DeliveryKind
from models.domain.errors import Absent, Conflict, Invalid
from models.domain.named import noted
from models.domain.person import User
from models.domain.provider import Provider


@dataclass(frozen=True, slots=True)
class Request:
    """What the insured was asked for, in the reviewer's words, and whether they answered or still may."""

    wanted: tuple[Wanted, ...]
    note: str
    answered_at: datetime | None
    until: datetime
    may_answer: bool


def ask(ports: Ports, reviewer: Reviewer, appeal_id: str, wanted: Sequence[Wanted], note: str) -> None:
    """Ask the insured once for more material, tell their WeChat, and return the appeal to the queue.

    Raises Conflict without a claim, for an appeal from the counter's phone (its owner is staff, not the
    insured), and on a second request; Invalid where nothing is asked for, or a photo where WeChat verifies.
    """
    note = noted(note)
    if not wanted:
        raise Invalid("say what the insured is to send")
    with ports.database.transaction() as db:
        row = reviewing.still_open(db, appeal_id)
        impartial.require(db, reviewer, row)
        mine = reviewing.claim_of(ports, db, reviewer, appeal_id)
        if mine is None:
            raise Conflict("take the appeal first", code="not_claimed")
        attempt = db.get_one(tables.Attempt, row.attempt_id)
        if not can_ask(attempt.channel, row.asked_at):
            raise Conflict("they cannot be asked, or have been", code="cannot_ask")
        if not set(wanted) <= set(askable(attempt.provider)):
            raise Invalid("no photo is taken where WeChat verifies")
        row.asked, row.asked_at = [str(one) for one in dict.fromkeys(wanted)], ports.now()
        row.asked_note = ports.vault.seal(f"appeal.asked_note:{row.id}", note)
        db.delete(mine)
        verification = db.get_one(tables.Verification, row.verification_id)
        db.add(to_send(ports, verification, DeliveryKind.MORE, attempt_id=attempt.id))
        told = {"wanted": ",".join(row.asked)}
        record(ports, db, Entry(reviewer.operator_id, ActKind.MORE_ASKED, appeal_id, told))


def request_of(ports: Ports, row: tables.Appeal) -> Request | None:
    """Return the reviewer's request, or None."""
    if row.asked_at is None or row.asked_note is None:
        return None
    note = ports.vault.text(f"appeal.asked_note:{row.id}", row.asked_note)
    wanted = tuple(Wanted(one) for one in row.asked or ())
    is_open = row.state is AppealState.LODGED and waits(row.asked_at, row.answered_at, ports.now())
    return Request(wanted, note, row.answered_at, row.asked_at + ANSWER, is_open)


def answer_of(ports: Ports, row: tables.Appeal) -> str:
    """Return the insured's written answer, or ""."""
    return ports.vault.text(f"appeal.answer:{row.id}", row.answer) if row.answer else ""


def answer(
    ports: Ports, user: User, appeal_id: str, statement: str, photos: Sequence[bytes]
) -> tuple[tables.Appeal, str]:
    """Add the insured's answer to the appeal; idempotent.

    Raises Absent for another user's appeal, Conflict where no request is open.
    """
    with ports.database.reading() as db:
        row, institution = _mine(db, user, appeal_id)
        if row.answered_at is not None:
            return row, institution
        provider = db.get_one(tables.Attempt, row.attempt_id).provider
    may_answer(row.state is AppealState.LODGED, row.asked_at, ports.now())
    if len(photos) > PHOTOS or (photos and provider is Provider.WECHAT):
        raise Invalid("at most three photos", code="too_many_photos")
    if photos and row.photos_deleted_at is not None:
        raise Conflict("the person has deleted their photos", code="wrong_state")
    if photos:
        lodge.check_photos(ports, Channel.PUSH, photos)
    keys = [f"appeals/{appeal_id}/more-{number}" for number in range(len(photos))]
    for key, photo in zip(keys, photos, strict=True):
        ports.objects.put(key, photo)
    with ports.database.transaction() as db:
        hold(db, f"appeal {appeal_id}")
        row = db.get_one(tables.Appeal, appeal_id, populate_existing=True)
        if row.answered_at is None and row.state is AppealState.LODGED:
            row.photo_keys, row.answered_at = [*row.photo_keys, *keys], ports.now()
            row.answer = ports.vault.seal(f"appeal.answer:{row.id}", statement)
        elif not set(keys) <= set(row.photo_keys):
            ports.objects.delete(keys)
        return row, institution


def _mine(db: Session, user: User, appeal_id: str) -> tuple[tables.Appeal, str]:
    """Return an appeal lodged on this user's own phone with its institution; raises Absent."""
    wanted = (
        select(tables.Appeal, tables.Institution.name)
        .join(tables.Institution, tables.Institution.id == tables.Appeal.institution_id)
        .join(tables.Attempt, tables.Attempt.id == tables.Appeal.attempt_id)
        .where(tables.Appeal.id == appeal_id, tables.Appeal.openid_index == user.openid_index)
        .where(tables.Attempt.channel == Channel.PUSH)
    )
    found = db.execute(wanted).first()
    if found is None:
        raise Absent
    return found[0], found[1]
