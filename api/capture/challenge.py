"""Draws the challenge of a try."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from api.capture import documents_wanted, risks
from api.capture.risks import Phone
from api.capture.scene import Scene, owned
from api.limits.locks import hold
from api.policies import resolving
from api.ports import Ports
from api.verification import case as cases
from models import tables
from models.domain import challenge as draws
from models.domain import provider as providers
from models.domain import tries
from models.domain.attempt import AttemptState, Channel
from models.domain.decision import Outcome
from models.domain.errors import Absent, Conflict, Invalid, OutOfTime
from models.domain.layers import colours
from models.domain.layers.risk import Level, Risk, cannot_be_lit, must_answer, stricter
from models.domain.person import User
from models.domain.policy import Policy
from models.domain.provider import Provider
from models.domain.verification import VerificationState, within_tries


def draw(ports: Ports, user: User, scene: str, phone: Phone) -> tuple[Scene, tables.Challenge | None]:
    """Draw a challenge for the next try; None when the abandoned one was the last try.

    Raises Conflict `counter_needed` where the risk is too high for the person's own phone, or its screen may
    not flash or cannot be seen.
    """
    rank = risks.rank(ports, user, scene, phone.address)
    with ports.database.transaction() as db:
        seen = owned(ports, db, user, scene)
        providers.check(seen.attempt.provider, Provider.OWN)
        may_try(ports, db, seen)
        risk = risks.of(ports, db, seen, phone, rank)
        _refuse_own_phone(ports, db, seen, risk, phone)
        last = newest(db, seen.attempt.id)
        got_frames = last is not None and db.get(tables.Capture, last.id) is not None
        moved = tries.redraw(seen.attempt.snapshot(), ports.now(), got_frames=got_frames)
        cases.move(ports, seen.case, seen.attempt, moved)
        if moved.state is not AttemptState.CHALLENGED:
            return seen, None
        row = _row(ports, resolving.of(db, seen.attempt), seen, phone, risk)
        row.number = (last.number if last else 0) + 1
        row.expires_at = moved.challenge_expires_at or moved.expires_at
        db.add(row)
        return seen, row


def _refuse_own_phone(ports: Ports, db: Session, seen: Scene, risk: Risk, phone: Phone) -> None:
    """Raise Conflict `counter_needed` for a phone that is too risky or whose screen cannot light the face."""
    if seen.attempt.channel is not Channel.PUSH:
        return
    policy, attempt = resolving.of(db, seen.attempt), seen.attempt
    flashless = phone.photosensitive and must_answer(policy)
    unlit = flashless or cannot_be_lit(policy, attempt.brightness)
    if risk.level is Level.HIGH or unlit:
        documents_wanted.note(ports, db, seen, {"risk": asdict(risk), "unlit": unlit})
        refusal = Conflict("the counter's own phone, or a document, is needed", code="counter_needed")
        refusal.remember = True
        raise refusal


def _row(ports: Ports, policy: Policy, seen: Scene, phone: Phone, risk: Risk) -> tables.Challenge:
    """Return the challenge for this phone and this risk."""
    drawn = draws.draw(
        stricter(policy, risk.level, own_phone=seen.attempt.channel is Channel.PUSH),
        ports.random.fractions(),
        photosensitive=phone.photosensitive,
        glasses=seen.attempt.glasses,
    )
    return tables.Challenge(
        id=ports.new_id("chl"),
        attempt_id=seen.attempt.id,
        actions=list(drawn.actions),
        colours=[asdict(colour) for colour in drawn.colours],
        told_ms=list(colours.tell(drawn.colours, (), 0)) if drawn.colours else [],
        evidence_at_ms=list(drawn.evidence_at_ms),
        policy_version=policy.version,
        risk=asdict(risk),
        device=phone.device,
        swapped=False,
        created_at=ports.now(),
    )


def requires_colours(ports: Ports, row: tables.Challenge) -> bool:
    """Tell whether the decision of this try depends on its colours."""
    with ports.database.reading() as db:
        attempt = db.get_one(tables.Attempt, row.attempt_id)
        policy = resolving.of_challenge(db, row, attempt)
        own_phone = attempt.channel is Channel.PUSH
    level = row.risk["level"] if row.risk else Level.LOW
    return stricter(policy, level, own_phone=own_phone).colour_required


def may_try(ports: Ports, db: Session, seen: Scene) -> None:
    """Raise unless the person may make another try now."""
    if seen.attempt.state in (AttemptState.WAITING, AttemptState.OPENED):
        raise Invalid("consent is needed first", code="consent_missing")
    if seen.case.verification.state is not VerificationState.OPEN:
        raise Conflict("this verification is over", code="verification_ended")
    person_id = seen.attempt.person_id or ""
    hold(db, f"tries of {person_id}")
    within_tries(seen.case.tries, _failed_or_running(ports, db, seen.attempt))


def _failed_or_running(ports: Ports, db: Session, attempt: tables.Attempt) -> int:
    """Return the person's tries that failed today plus those running in other attempts.

    One statement reads both: read separately, a try that fails in between would be missed.
    """
    row = tables.Attempt
    others = select(func.count()).where(row.person_id == attempt.person_id, row.id != attempt.id)
    filming = and_(row.state == AttemptState.CHALLENGED, row.challenge_expires_at > ports.now())
    running = others.where(or_(filming, row.state == AttemptState.CAPTURED)).scalar_subquery()
    failed = select(func.count()).select_from(_failures(ports, [attempt.person_id or ""]).subquery())
    return db.scalar(select(failed.scalar_subquery() + running)) or 0


def _failures(ports: Ports, person_ids: Sequence[str]) -> Select[str | None]:
    """Return the statement that yields the person of each counted failure of the last 24 hours.

    Joins attempts rather than decisions, because withdrawing consent removes the person from decisions.
    """
    decision, attempt = tables.Decision, tables.Attempt
    return (
        select(attempt.person_id)
        .join(decision, decision.attempt_id == attempt.id)
        .where(attempt.person_id.in_(person_ids), decision.outcome == Outcome.FAILED)
        .where(decision.created_at > ports.now() - timedelta(days=1))
    )


def failures_today(ports: Ports, db: Session, person_ids: Sequence[str]) -> dict[str, int]:
    """Return the counted failures of the last 24 hours at any institution, by person; none means absent."""
    person = tables.Attempt.person_id
    counted = _failures(ports, person_ids).add_columns(func.count()).group_by(person)
    return {person_id: count for person_id, count in db.execute(counted) if person_id is not None}


# Built once: every batch of frames asks for it.
_NEWEST = (
    select(tables.Challenge)
    .where(tables.Challenge.attempt_id == bindparam("attempt_id"))
    .order_by(tables.Challenge.number.desc())
    .limit(1)
)


def newest(db: Session, attempt_id: str) -> tables.Challenge | None:
    """Return the attempt's latest challenge."""
    return db.scalar(_NEWEST, {"attempt_id": attempt_id})


def owned_challenge(
    ports: Ports, db: Session, user: User, challenge_id: str
) -> tuple[Scene, tables.Challenge]:
    """Return a challenge with its scene if the scene belongs to the user; raises as `owned`."""
    challenge = db.get(tables.Challenge, challenge_id)
    if challenge is None:
        raise Absent
    attempt = db.get_one(tables.Attempt, challenge.attempt_id)
    seen = owned(ports, db, user, attempt.scene)
    providers.check(seen.attempt.provider, Provider.OWN)
    return seen, challenge


def running(ports: Ports, db: Session, user: User, challenge_id: str) -> tuple[Scene, tables.Challenge]:
    """Return a challenge that may still be filmed, or raise Conflict or OutOfTime."""
    seen, challenge = owned_challenge(ports, db, user, challenge_id)
    if seen.attempt.state is not AttemptState.CHALLENGED:
        raise Conflict(f"the attempt is {seen.attempt.state}")
    latest = newest(db, seen.attempt.id)
    if latest is None or latest.id != challenge.id:
        raise Conflict("a newer challenge has been drawn", code="challenge_replaced")
    if ports.now() >= challenge.expires_at:
        raise OutOfTime("the challenge is too old", code="challenge_expired")
    return seen, challenge
