"""Offers a frame of an upheld appeal as the person's new reference, after two reviewers and every check."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.acts import ledger
from api.acts.ledger import Entry
from api.appeals import impartial, review
from api.appeals.impartial import Reviewer
from api.directory import comparison, file_deletion, references
from api.directory.gallery import Gallery, opened
from api.limits.locks import hold
from api.ports import Ports
from api.privacy import renewals
from api.privacy.renewals import Actor
from api.verification.record import to_send
from models import tables
from models.domain.appeal import AppealState
from models.domain.console import renewal as rules
from models.domain.console.act import ActKind
from models.domain.console.renewal import RenewalState
from models.domain.console.review import Ground
from models.domain.decision import Reason
from models.domain.delivery import DeliveryKind
from models.domain.errors import Absent, Conflict
from models.domain.identity.held import HeldState, judged

PROPOSED, OFFERED, NOT_LIVE = "proposed", "offered", "not_live"
MOST = 1000


def begin(ports: Ports, db: Session, row: tables.Appeal, grounds: Sequence[Ground | None]) -> None:
    """Keep the frames of an appeal just upheld for the choice of a reference, where the rules allow it."""
    attempt = db.get_one(tables.Attempt, row.attempt_id)
    consent = tables.Consent
    agreed = select(consent.notice_version).where(
        consent.attempt_id == attempt.id, consent.granted, consent.withdrawn_at.is_(None)
    )
    if row.person_id is None or not rules.is_wanted(attempt.channel, db.scalar(agreed.limit(1)), grounds):
        return
    until = rules.chosen_until(row.created_at)
    db.add(
        tables.Renewal(
            id=ports.new_id("rnw"),
            appeal_id=row.id,
            person_id=row.person_id,
            state=RenewalState.WANTED,
            displaced=[],
            owed=[],
            created_at=ports.now(),
            until=until,
            due_at=until,
        )
    )


def of_appeal(ports: Ports, appeal_id: str) -> tuple[RenewalState, datetime] | None:
    """Return the state of an appeal's renewal, and since when, or until when it waits; None without one."""
    with ports.database.reading() as db:
        row = db.scalar(select(tables.Renewal).where(tables.Renewal.appeal_id == appeal_id))
    if row is None:
        return None
    state = rules.seen(row.state, row.until, ports.now())
    since = row.answered_at if state is RenewalState.ACCEPTED else row.ended_at
    return state, row.until if state in rules.PENDING else since or row.until


def renew(ports: Ports, reviewer: Reviewer, appeal_id: str, picture: str) -> str:
    """Offer a frame of an upheld appeal to the insured as their new reference; return the verdict.

    The first reviewer proposes (`proposed`); with a second one for the same frame it is `offered`, if it
    passes the checks. Only frames of a try that failed at the comparison qualify, since PAD comes before it
    (`not_live` otherwise). Further verdicts: the photo's defect, `unchanged`, `refused_before`, or why it is
    like another person's. That it is unlike the earlier photos is what the reviewers judged. Raises Absent
    for an unknown appeal or frame, Forbidden for somebody concerned, and Conflict where the appeal was not
    upheld because the reference is outdated.
    """
    seen = review.exhibit(ports, appeal_id)
    photo = seen.pictures.get(picture)
    if photo is None or not picture.startswith("frame-"):
        raise Absent("no such frame of this appeal")
    renewal_id = _wanted(ports, reviewer, seen.row)
    if not _passed_pad(ports, seen.row.attempt_id, seen.keys[picture]):
        return NOT_LIVE
    if not _is_second(ports, reviewer, seen.row, picture):
        return PROPOSED
    with ports.database.reading() as db:
        person_id = db.get_one(tables.Renewal, renewal_id).person_id
    verdict = references.offer(ports, person_id, photo, renewal_id).code
    if verdict != HeldState.PENDING:
        return verdict
    verdict = _offer(ports, reviewer, renewal_id)
    file_deletion.delete_due(ports)
    return verdict


def _wanted(ports: Ports, reviewer: Reviewer, row: tables.Appeal) -> str:
    """Return the appeal's renewal, if this reviewer may choose a frame for it now."""
    if row.state is not AppealState.UPHELD:
        raise Conflict("only an upheld appeal renews a photo")
    with ports.database.reading() as db:
        impartial.require(db, reviewer, row)
        found = db.scalar(select(tables.Renewal).where(tables.Renewal.appeal_id == row.id))
        if found is None:
            raise Conflict("nobody found the reference outdated, or it was not filmed on the insured's phone")
        if rules.seen(found.state, found.until, ports.now()) is not RenewalState.WANTED:
            raise Conflict("a frame has been chosen already, or it is too late")
        return found.id


def _passed_pad(ports: Ports, attempt_id: str, key: str) -> bool:
    """Tell whether the frame's try failed only at the comparison."""
    frame, decision = tables.Frame, tables.Decision
    wanted = select(decision.reason).join(frame, frame.challenge_id == decision.challenge_id)
    with ports.database.reading() as db:
        mine = wanted.where(decision.attempt_id == attempt_id, frame.file_key == key)
        return db.scalar(mine) == Reason.NOT_MATCHED


def _is_second(ports: Ports, reviewer: Reviewer, row: tables.Appeal, picture: str) -> bool:
    """Record a reviewer's wish for this frame; return whether another reviewer wished for it before."""
    with ports.database.transaction() as db:
        hold(db, f"appeal {row.id}")
        others = {
            one.actor
            for one in ledger.about(db, row.id, MOST)
            if one.kind == ActKind.RENEWAL_PROPOSED and ledger.private_of(ports, one)["picture"] == picture
        } - {reviewer.operator_id}
        ledger.record(
            ports, db, Entry(reviewer.operator_id, ActKind.RENEWAL_PROPOSED, row.id, {"picture": picture})
        )
        return bool(others)


def _offer(ports: Ports, reviewer: Reviewer, renewal_id: str) -> str:
    """Offer the pending photo, or refuse it where it is like another person's; return the verdict."""
    with ports.database.transaction() as db:
        row, case = renewals.locked(ports, db, renewal_id)
        if row.state is not RenewalState.WANTED:
            raise Conflict("a frame has been chosen already")
        held = tables.HeldPhoto
        mine = select(held).where(held.import_id == renewal_id, held.state == HeldState.PENDING)
        photo = db.scalars(mine.order_by(held.created_at).limit(1)).one()
        found = comparison.compare(ports, db, Gallery(ports), opened(ports, photo))
        against = judged(None, found.others, found.bars)
        if against:
            photo.state, photo.templates, photo.decided_at = HeldState.REFUSED, b"", ports.now()
            photo.reason, photo.other_ids = against
            file_deletion.delete_later(ports, db, [photo.photo_key])
            return str(against[0])
        photo.state, row.photo_id = HeldState.OFFERED, photo.id
        row.state = rules.advance(row.state, RenewalState.OFFERED)
        row.offered_at, row.until = ports.now(), ports.now() + rules.ANSWER
        row.due_at = row.until
        attempt_id = db.get_one(tables.Appeal, row.appeal_id).attempt_id
        db.add(to_send(ports, case.verification, DeliveryKind.RENEWAL, attempt_id=attempt_id))
        renewals.tell(ports, case, row, ActKind.RENEWAL_OFFERED, Actor(reviewer.operator_id))
        return OFFERED
