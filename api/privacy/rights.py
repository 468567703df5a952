"""Access to, withdrawal and deletion of a person's data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from api.capture.kept_frames import forget_frames
from api.facts import emptying
from api.ports import Ports
from api.privacy import renewals, requests
from api.verification import case as cases
from models import tables
from models.domain import attempt as rules
from models.domain.attempt import LIVE, AttemptEvent, AttemptState, Channel
from models.domain.errors import Absent, Forbidden
from models.domain.person import OWN, User, mask

RECENT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Kept:
    """The data stored about a person: row, masked name, number of photos, attempts and where."""

    person: tables.Person
    name: str
    photos: int
    attempts: Sequence[tuple[tables.Attempt, str]]


def consents(ports: Ports, user: User) -> list[tuple[tables.Consent, str]]:
    """Return the consents given on this user's own phone with their institutions, newest first."""
    mine = (
        select(tables.Consent, tables.Institution.name)
        .join(tables.Attempt, tables.Attempt.id == tables.Consent.attempt_id)
        .join(tables.Verification, tables.Verification.id == tables.Attempt.verification_id)
        .join(tables.Institution, tables.Institution.id == tables.Verification.institution_id)
        .where(tables.Consent.openid_index == user.openid_index, tables.Consent.channel == Channel.PUSH)
    )
    with ports.database.reading() as db:
        found = db.execute(mine.order_by(tables.Consent.created_at.desc()).limit(200))
        return [(row, institution) for row, institution in found]


def bindings(ports: Ports, user: User) -> list[tables.Binding]:
    """Return the user's live bindings."""
    mine = select(tables.Binding).where(tables.Binding.openid_index == user.openid_index)
    with ports.database.reading() as db:
        return list(
            db.scalars(mine.where(tables.Binding.revoked_at.is_(None)).order_by(tables.Binding.created_at))
        )


def appeals(ports: Ports, user: User) -> list[tuple[tables.Appeal, str]]:
    """Return the appeals lodged on this user's own phone with their institutions, newest first."""
    mine = (
        select(tables.Appeal, tables.Institution.name)
        .join(tables.Institution, tables.Institution.id == tables.Appeal.institution_id)
        .join(tables.Attempt, tables.Attempt.id == tables.Appeal.attempt_id)
        .where(tables.Appeal.openid_index == user.openid_index, tables.Attempt.channel == Channel.PUSH)
    )
    with ports.database.reading() as db:
        found = db.execute(mine.order_by(tables.Appeal.created_at.desc()).limit(200))
        return [(row, institution) for row, institution in found]


def proven_person(ports: Ports, db: Session, user: User) -> str:
    """Return the person whose face passed on this user's own phone in the last 10 minutes.

    Raises Forbidden `recent_pass_needed`: a borrowed phone must not read or delete anything.
    """
    found = db.scalar(
        select(tables.Attempt.person_id)
        .join(tables.Verification, tables.Verification.id == tables.Attempt.verification_id)
        .where(tables.Attempt.owner_index == user.openid_index)
        .where(tables.Attempt.channel == Channel.PUSH)
        .where(tables.Attempt.state == AttemptState.PASSED)
        .where(tables.Verification.ended_at > ports.now() - RECENT)
        .order_by(tables.Verification.ended_at.desc())
        .limit(1)
    )
    if found is None:
        raise Forbidden("please verify your face on this phone first", code="recent_pass_needed")
    return found


def own_persons(ports: Ports, db: Session, user: User) -> set[str]:
    """Return the persons who own this phone: by imported or face-proven binding, else by a recent pass."""
    mine = select(tables.Binding.person_id).where(
        tables.Binding.openid_index == user.openid_index,
        tables.Binding.revoked_at.is_(None),
        tables.Binding.proof.in_(OWN),
    )
    return set(db.scalars(mine)) or {proven_person(ports, db, user)}


def export(ports: Ports, user: User) -> Kept:
    """Return the stored data of the person who has just passed, with their attempts."""
    with ports.database.transaction() as db:
        person_id = proven_person(ports, db, user)
        requests.exported(ports, db, user, person_id)
        person = db.get_one(tables.Person, person_id)
        attempts = [(row, name) for row, name in db.execute(_attempts(person_id))]
        name = mask(ports.vault.text(f"person.name:{person_id}", person.name))
        return Kept(person, name, _photos(db, person_id), attempts)


def _photos(db: Session, person_id: str) -> int:
    """Return how many references are in use."""
    row = tables.Enrolment
    mine = select(func.count()).where(row.person_id == person_id, row.revoked_at.is_(None))
    return db.scalar(mine) or 0


def _attempts(person_id: str) -> Select[tables.Attempt, str]:
    """Select every attempt of a person with the name of its institution, oldest first."""
    row, bought, where = tables.Attempt, tables.Verification, tables.Institution
    told = select(row, where.name).join(bought, bought.id == row.verification_id)
    mine = told.join(where, where.id == bought.institution_id).where(row.person_id == person_id)
    return mine.order_by(row.created_at)


def withdraw(ports: Ports, user: User, consent_id: str) -> tuple[tables.Consent, str]:
    """Withdraw a consent: a running attempt becomes declined, an old one loses frames and person.

    Ending one's own running attempt needs no proof; changing the past needs a recent pass.
    """
    with ports.database.transaction() as db:
        row = db.get(tables.Consent, consent_id)
        if row is None or row.openid_index != user.openid_index or row.channel is not Channel.PUSH:
            raise Absent
        attempt = db.get_one(tables.Attempt, row.attempt_id)
        case = cases.current(ports, db, attempt.verification_id)
        if row.withdrawn_at is not None:
            return row, case.institution.name
        attempt = case.attempt(attempt.id)
        if attempt.state in LIVE - {AttemptState.WAITING}:
            cases.step(ports, case, attempt, AttemptEvent.DECLINE, {"openid": user.openid})
        else:
            proven_person(ports, db, user)
        if attempt.state is AttemptState.FAILED:
            attempt.apply(rules.advance(attempt.snapshot(), AttemptEvent.SUPERSEDE, ports.now()))
        row.withdrawn_at = ports.now()
        ended = renewals.forget_attempt(ports, db, attempt.id)
        unlink_scores(ports, db, [attempt.id])
        challenges = list(
            db.scalars(select(tables.Challenge.id).where(tables.Challenge.attempt_id == attempt.id))
        )
    if attempt.state is not AttemptState.CAPTURED:
        for challenge_id in challenges:
            forget_frames(ports, challenge_id)
    for renewal_id in ended:
        renewals.settle(ports, renewal_id)
    return row, case.institution.name


def unlink_scores(ports: Ports, db: Session, attempt_ids: list[str]) -> None:
    """Remove the person and the scores from decisions and events, which the fund must keep.

    The event chain needs only the commitment, so salt and ciphertext can be deleted.
    """
    emptying.of_attempts(ports, db, attempt_ids)
    event = tables.Event
    scored = event.type.in_(("attempt.passed", "attempt.failed"))
    of_them = event.public["attempt_id"].as_string().in_(attempt_ids)
    cases_of_them = select(tables.Attempt.verification_id).where(tables.Attempt.id.in_(attempt_ids))
    within = event.verification_id.in_(cases_of_them)
    db.execute(
        update(event)
        .where(within, scored, of_them)
        .values(private=None, salt=None)
        .execution_options(synchronize_session=False)
    )
