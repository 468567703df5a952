"""Lodges an appeal after a failed comparison; the purchase may then go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.capture.precheck import unusable
from api.capture.scene import Scene, owned
from api.limits.locks import hold
from api.ports import Ports
from api.verification import case as cases
from api.verification.case import Case
from api.verification.record import Change, record
from matcher.errors import BadImage, MatcherUnavailable
from models import tables
from models.domain import appeal as rules
from models.domain.appeal import AppealReason, AppealState
from models.domain.attempt import AttemptEvent, Channel
from models.domain.console.review import DRAWN_SHARE
from models.domain.errors import Busy, Conflict, Invalid, Refusal
from models.domain.person import User
from models.domain.verification import VerificationEvent


@dataclass(frozen=True, slots=True)
class AppealForm:
    """The insured's reason, statement and photos."""

    reason: AppealReason
    statement: str
    photos: Sequence[bytes]


def lodge(ports: Ports, user: User, scene: str, form: AppealForm) -> tuple[Scene, tables.Appeal]:
    """Lodge an appeal; idempotent."""
    with ports.database.transaction() as db:
        seen = owned(ports, db, user, scene)
        earlier = _of_attempt(db, seen.attempt.id)
        if earlier is not None:
            return seen, earlier
        _may_lodge(ports, db, seen)
        channel, provider = seen.attempt.channel, seen.attempt.provider
    rules.check_photos(channel, form.photos, provider)
    if form.photos:
        check_photos(ports, channel, form.photos)
    appeal_id = ports.new_id("apl")
    keys = _keys(appeal_id, form)
    for key, photo in zip(keys, form.photos, strict=True):
        ports.objects.put(key, photo)
    try:
        seen, row = _write(ports, user, scene, form, appeal_id)
    except Refusal:
        ports.objects.delete(keys)
        raise
    if row.id != appeal_id:
        ports.objects.delete(keys)
    return seen, row


def open_until(ports: Ports, case: Case, attempt: tables.Attempt) -> datetime | None:
    """Return the deadline for an appeal against the attempt, or None where rules or quotas forbid one."""
    until = rules.window(attempt.snapshot(), case.verification.state)
    if until is None or ports.now() >= until or not case.has_purchase:
        return None
    with ports.database.reading() as db:
        return until if rules.has_room(*_counts(ports, db, case, attempt)) else None


def _keys(appeal_id: str, form: AppealForm) -> list[str]:
    """Return the object store keys of an appeal's photos."""
    return [f"appeals/{appeal_id}/{number}" for number in range(len(form.photos))]


def _write(
    ports: Ports, user: User, scene: str, form: AppealForm, appeal_id: str
) -> tuple[Scene, tables.Appeal]:
    """Insert the appeal and end the verification, or return the existing appeal."""
    with ports.database.transaction() as db:
        seen = owned(ports, db, user, scene)
        earlier = _of_attempt(db, seen.attempt.id)
        if earlier is not None:
            return seen, earlier
        _may_lodge(ports, db, seen)
        row = _row(ports, user, seen, form)
        row.id, row.photo_keys = appeal_id, _keys(appeal_id, form)
        row.statement = ports.vault.seal(f"appeal.statement:{appeal_id}", form.statement)
        db.add(row)
        cases.step(ports, seen.case, seen.attempt, AttemptEvent.APPEAL, seen.actor)
        record(ports, seen.case.db, seen.case.verification, Change("appeal.lodged", seen.attempt))
        cases.end(ports, seen.case, VerificationEvent.APPEAL, seen.attempt)
        return seen, row


def _of_attempt(db: Session, attempt_id: str) -> tables.Appeal | None:
    """Return the appeal already lodged against an attempt, or None."""
    return db.scalar(select(tables.Appeal).where(tables.Appeal.attempt_id == attempt_id))


def _may_lodge(ports: Ports, db: Session, seen: Scene) -> None:
    """Raise unless rules and quotas allow an appeal now."""
    if not seen.case.has_purchase:
        raise Conflict("there is no purchase to appeal for", code="appeal_not_allowed")
    verification = seen.case.verification
    hold(
        db,
        f"appeals of {seen.attempt.person_id}",
        f"appeals at {verification.institution_id}/{verification.cashier_id}",
    )
    rules.may_lodge(seen.attempt.snapshot(), seen.case.verification.state, ports.now())
    rules.within_quota(*_counts(ports, db, seen.case, seen.attempt))


def _counts(ports: Ports, db: Session, case: Case, attempt: tables.Attempt) -> tuple[int, int]:
    """Return the person's open appeals, and the cashier's appeals of the last day."""
    count = select(func.count()).select_from(tables.Appeal)
    of_person = count.where(tables.Appeal.person_id == attempt.person_id)
    verification, since = case.verification, ports.now() - timedelta(days=1)
    of_cashier = (
        count.where(tables.Appeal.institution_id == verification.institution_id)
        .where(tables.Appeal.cashier_id == verification.cashier_id)
        .where(tables.Appeal.created_at > since)
    )
    still_open = of_person.where(tables.Appeal.state == AppealState.LODGED)
    return db.scalar(still_open) or 0, db.scalar(of_cashier) or 0


def check_photos(ports: Ports, channel: Channel, photos: Sequence[bytes]) -> None:
    """Raise unless every file is a picture and, on the cashier's phone, one shows one face."""
    try:
        verdicts = [ports.matcher.enrol(photo).verdict for photo in photos]
    except BadImage as error:
        raise unusable(error) from None
    except MatcherUnavailable:
        raise Busy("the pictures cannot be checked now; please try again") from None
    if channel is Channel.QR and all(verdict in ("no_face", "two_faces") for verdict in verdicts):
        raise Invalid("the photo must show the person's face", code="photo_without_face")


def _row(ports: Ports, user: User, seen: Scene, form: AppealForm) -> tables.Appeal:
    """Return the new appeal with the counter it came from."""
    verification = seen.case.verification
    return tables.Appeal(
        attempt_id=seen.attempt.id,
        verification_id=verification.id,
        institution_id=verification.institution_id,
        person_id=seen.attempt.person_id,
        openid_index=user.openid_index,
        cashier_id=verification.cashier_id,
        counter=verification.counter,
        reason=form.reason,
        drawn=next(ports.random.fractions()) < DRAWN_SHARE,
        state=AppealState.LODGED,
        created_at=ports.now(),
    )
