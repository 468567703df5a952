"""Deletes a person's face: a request stays open until every object is deleted, and then keeps the proof."""

from collections.abc import Iterable

import structlog
from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from api.acts.ledger import Entry
from api.acts.ledger import record as note
from api.contacts import credits
from api.directory import templates
from api.directory.forget import forget_held
from api.ports import Ports
from api.privacy import renewals, requests
from api.privacy.rights import proven_person, unlink_scores
from api.verification import receipts, sm2_signing
from models import tables
from models.domain.attempt import UNDECIDED, AttemptState
from models.domain.console.act import ActKind
from models.domain.law.request import RequestKind, RequestState
from models.domain.person import User
from models.domain.verification import VerificationState
from models.objects import StoreUnavailable

# Deletions that no running request handles are done by the worker.
WORKER = "worker"

log = structlog.get_logger()


def erase(ports: Ports, user: User) -> None:
    """Delete the face of the person who has just passed, permanently; purchases on record stay.

    A tombstone prevents a later import from enrolling the person again.
    """
    with ports.database.transaction() as db:
        request_id = begin(ports, db, user, proven_person(ports, db, user))
    finish(ports, request_id)


def begin(ports: Ports, db: Session, user: User, person_id: str) -> str:
    """Empty the person's rows, destroy their key and end their sessions; return the request.

    The remaining objects are listed in the request, so that an interrupted deletion can continue.
    """
    row = requests.opened(ports, RequestKind.DELETE, user, person_id)
    held = [*renewals.forget_person(ports, db, person_id), *forget_held(ports, db, person_id)]
    photos = _drop_references(ports, db, person_id)
    destroyed = db.get(tables.PersonKey, person_id)
    if destroyed is not None:
        db.delete(destroyed)
    mine = list(db.scalars(select(tables.Attempt.id).where(tables.Attempt.person_id == person_id)))
    unlink_scores(ports, db, mine)
    seen = tables.SeenFrame
    db.execute(update(seen).where(seen.person_id == person_id).values(phash="", movement=None))
    phones = _unbind_everybody(ports, db, person_id)
    ended = tables.Session.openid_index.in_({*phones, user.openid_index})
    db.execute(delete(tables.Session).where(ended))
    index = db.get_one(tables.Person, person_id).id_index
    if db.get(tables.Tombstone, index) is None:
        db.add(tables.Tombstone(id_index=index, created_at=ports.now()))
    row.owed = [*held, *photos]
    row.proof = {
        "templates": len(photos) + len(held),
        "key_destroyed": destroyed is not None,
        "bindings": len(phones),
    }
    db.add(row)
    return row.id


def finish_all(ports: Ports) -> None:
    """Continue every unfinished deletion."""
    row = tables.SubjectRequest
    is_open = row.kind == RequestKind.DELETE, row.state == RequestState.OPEN
    with ports.database.reading() as db:
        found = list(db.scalars(select(row.id).where(*is_open).order_by(row.asked_at)))
    for request_id in found:
        finish(ports, request_id)


def finish(ports: Ports, request_id: str) -> None:
    """Delete the listed objects; done when none is left and no running try can add more."""
    with ports.database.reading() as db:
        row = db.get_one(tables.SubjectRequest, request_id)
        captures, appeals = _filmed(db, row.person_id), _appealed(db, row.person_id)
        awaited = _undecided(db, row.person_id)
        if row.state is not RequestState.OPEN:
            return
    folders = [f"frames/{one}/" for one in captures] + [f"appeals/{one}/" for one in appeals]
    try:
        gone = _remove(ports, row.owed, folders)
    except StoreUnavailable as error:
        log.warning("removal_put_off", kind=str(error))
        return
    with ports.database.transaction() as db:
        _empty(ports, db, captures, appeals)
        if not awaited:
            _conclude(ports, db, request_id, gone)


def _remove(ports: Ports, keys: Iterable[str], folders: Iterable[str]) -> int:
    """Delete objects and folders; return how many, once the store confirms that none is left."""
    owed = [*keys, *(key for folder in folders for key in ports.objects.list(folder))]
    ports.objects.delete(owed)
    if any(ports.objects.head(key) for key in owed):
        raise StoreUnavailable("StillThere")
    return len(owed)


def _conclude(ports: Ports, db: Session, request_id: str, objects: int) -> None:
    """Close the deletion with its proof, the person's receipt and an act."""
    row = db.get_one(tables.SubjectRequest, request_id, with_for_update=True, populate_existing=True)
    if row.state is not RequestState.OPEN:
        return
    row.state, row.closed_at, row.closed_by = RequestState.DONE, ports.now(), WORKER
    row.proof = row.proof | {"objects": max(objects, len(row.owed))}
    row.owed = []
    claims = {"iss": ports.settings.base_url, "jti": row.id, "type": "erasure", "sub": row.person_id}
    times = {"asked": int(row.asked_at.timestamp()), "iat": int(row.closed_at.timestamp())}
    row.receipt = receipts.signed(ports, db, claims | times | {"deleted": row.proof})
    told = {name: str(value) for name, value in row.proof.items()}
    # The receipt stays a JWS that everybody's libraries verify; who asks for SM2 finds it beside.
    if mark := sm2_signing.signed(ports, db, row.receipt.encode()):
        row.proof = row.proof | {"sm2": mark}
    note(ports, db, Entry(WORKER, ActKind.ERASED, row.id, told))


def _drop_references(ports: Ports, db: Session, person_id: str) -> list[str]:
    """Empty the templates in use or kept after a renewal; return the keys of their photos."""
    row = tables.Enrolment
    stored = or_(row.revoked_at.is_(None), row.kept_until.is_not(None))
    mine = list(db.scalars(select(row).where(row.person_id == person_id, stored)))
    for enrolment in mine:
        enrolment.revoked_at, enrolment.kept_until = ports.now(), None
    templates.empty(db, mine)
    return [enrolment.photo_key for enrolment in mine]


def _filmed(db: Session, person_id: str) -> list[str]:
    """Return the person's captures that still have frames and are decided or never will be."""
    capture, challenge, attempt = tables.Capture, tables.Challenge, tables.Attempt
    mine = (
        select(capture.challenge_id)
        .join(challenge, challenge.id == capture.challenge_id)
        .join(attempt, attempt.id == challenge.attempt_id)
        .where(attempt.person_id == person_id, capture.deleted_at.is_(None))
    )
    return list(db.scalars(mine.where(attempt.state.not_in(UNDECIDED))))


def _appealed(db: Session, person_id: str) -> list[str]:
    """Return the person's appeals that still have photos."""
    row = tables.Appeal
    mine = select(row.id).where(row.person_id == person_id, row.photos_deleted_at.is_(None))
    return list(db.scalars(mine))


def _undecided(db: Session, person_id: str) -> bool:
    """Tell whether a try of the person may still bring frames or photos."""
    row, bought = tables.Attempt, tables.Verification
    mine = select(row.id).join(bought, bought.id == row.verification_id).where(row.person_id == person_id)
    may_retry = and_(row.state == AttemptState.FAILED, bought.state == VerificationState.OPEN)
    return db.scalar(mine.where(or_(row.state.in_(UNDECIDED), may_retry)).limit(1)) is not None


def _empty(ports: Ports, db: Session, captures: list[str], appeals: list[str]) -> None:
    """Remove the deleted files' keys from the tables; an appeal is judged without its photos."""
    capture, appeal, now = tables.Capture, tables.Appeal, ports.now()
    db.execute(delete(tables.Frame).where(tables.Frame.challenge_id.in_(captures)))
    db.execute(update(capture).where(capture.challenge_id.in_(captures)).values(deleted_at=now))
    db.execute(update(appeal).where(appeal.id.in_(appeals)).values(photo_keys=[], photos_deleted_at=now))


def _unbind_everybody(ports: Ports, db: Session, person_id: str) -> set[str]:
    """Revoke the person's bindings and return their users.

    WeChat users bound to nobody else also lose their ledger.
    """
    binding = tables.Binding
    mine = list(
        db.scalars(select(binding).where(binding.person_id == person_id, binding.revoked_at.is_(None)))
    )
    for one in mine:
        one.revoked_at = ports.now()
    db.flush()
    theirs = {one.openid_index for one in mine}
    live = select(binding.openid_index).where(binding.revoked_at.is_(None))
    credits.forget(db, theirs - set(db.scalars(live.where(binding.openid_index.in_(theirs)))))
    return theirs
