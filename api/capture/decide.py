"""Decides a capture: the matcher's facts and the policy's decision, in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.capture import cohort, frames, kept_frames, screen, seen_frames
from api.capture.cohort import Compared
from api.capture.facts import Memory, facts, under_light
from api.capture.precheck import lot
from api.contacts.bindings import proven_by_face
from api.directory import background
from api.facts import writing
from api.facts.writing import Decided
from api.policies import resolving, sets
from api.ports import Ports
from api.verification import case as cases
from api.verification.case import Case
from matcher.errors import BadImage, MatcherUnavailable
from matcher.types import Embedder, Examination, Frame, FrameKind, OtherSet, Shown
from models import tables
from models.domain import attempt as rules
from models.domain import tries
from models.domain.attempt import AttemptEvent, AttemptState, Channel
from models.domain.chain import canonical
from models.domain.decision import UNANSWERED, Decision, Outcome, Reason, decide
from models.domain.layers.risk import Level
from models.domain.person import is_hard_to_tell
from models.domain.policy import Policy
from models.domain.verification import VerificationEvent


@dataclass(frozen=True, slots=True)
class Evidence:
    """All inputs to the decision of one challenge."""

    challenge: tables.Challenge
    policy: Policy
    examination: Examination
    memory: Memory
    old: bool
    brightness: int | None
    own_phone: bool
    compared: Sequence[Compared]


def examine(ports: Ports, challenge_id: str) -> None:
    """Decide a captured challenge; idempotent."""
    evidence = _gather(ports, challenge_id)
    if evidence is None:
        return
    risk = evidence.challenge.risk or {"level": Level.LOW, "reasons": []}
    try:
        answer = ports.matcher.examine(evidence.examination)
    except (MatcherUnavailable, BadImage):
        report, decision = None, UNANSWERED
    else:
        report = facts(answer, evidence.memory, old=evidence.old)
        report = replace(report, risk=risk["level"], own_phone=evidence.own_phone)
        shown = len(evidence.examination.colours)
        report = under_light(report, shown, evidence.brightness, evidence.policy)
        decision = decide(report, evidence.policy)
    sealed = None
    if report is not None:
        measured = cohort.measured(answer, evidence.examination, evidence.compared)
        sealed = {"facts": report.to_json(), "matcher": answer.to_json(), "risk": risk}
        sealed["measured"] = measured.to_json()
    match conclude(ports, evidence.challenge, decision, sealed):
        case Outcome.PASSED:
            kept_frames.forget_frames(ports, challenge_id)
        case Outcome.FAILED | Outcome.RETRY:
            kept_frames.keep_best(ports, evidence.challenge.attempt_id)


def _gather(ports: Ports, challenge_id: str) -> Evidence | None:
    """Load the inputs of the decision; None when there is nothing left to decide."""
    with ports.database.reading() as db:
        challenge = db.get_one(tables.Challenge, challenge_id)
        attempt = db.get_one(tables.Attempt, challenge.attempt_id)
        if attempt.state is not AttemptState.CAPTURED or attempt.person_id is None:
            return None
        policy = resolving.of_challenge(db, challenge, attempt)
        kept = frames.rows(db, challenge_id)
        shown = screen.filmed(challenge, db.get(tables.Capture, challenge_id), kept)
        seen = seen_frames.recall(ports, db, challenge_id, policy)
        verification = db.get_one(tables.Verification, attempt.verification_id)
        second = sets.other(db, policy.model_set)
    compared = cohort.relatives(ports, attempt, verification.cardholder_id)
    examination = Examination(
        actions=tuple(challenge.actions),
        observations=tuple(frames.opened(ports, row) for row in kept),
        evidence=tuple(_evidence(ports, kept)),
        references=ports.directory.references(attempt.person_id),
        cohort=tuple(ports.directory.references(one.person_id) for one in compared),
        grey_zone=(policy.grey_low, policy.grey_high),
        background=background.in_force(ports, policy.model_set),
        model_set=Embedder(policy.model_set),
        other=OtherSet(Embedder(second), background.in_force(ports, second)) if second else None,
        colours=tuple(Shown(one.rgb, one.ms) for one in shown),
        seed=lot(ports),
    )
    person = ports.directory.person(attempt.person_id)
    old = person is not None and is_hard_to_tell(person.birth, ports.today())
    own_phone = attempt.channel is Channel.PUSH
    return Evidence(challenge, policy, examination, seen, old, attempt.brightness, own_phone, compared)


def _evidence(ports: Ports, kept: Sequence[tables.Frame]) -> Iterator[Frame]:
    """Yield the evidence frames, skipping missing files so that the capture can still be decided."""
    for row in kept:
        try:
            image = ports.objects.get(row.file_key) if row.file_key else None
        except KeyError:
            image = None
        if image is not None:
            yield Frame(
                seq=row.seq, t_ms=row.t_ms, kind=FrameKind.EVIDENCE, image=image, mirrored=row.mirrored
            )


def conclude(
    ports: Ports, challenge: tables.Challenge, decision: Decision, report: Mapping[str, object] | None
) -> Outcome | None:
    """Write decision, event, receipt and outbox in one transaction; None when already decided."""
    with ports.database.transaction() as db:
        attempt = db.get_one(tables.Attempt, challenge.attempt_id)
        case = cases.current(ports, db, attempt.verification_id)
        attempt = case.attempt(challenge.attempt_id)
        if attempt.state is not AttemptState.CAPTURED or db.get(tables.Decision, challenge.id) is not None:
            return None
        moved = _moved(attempt.snapshot(), decision, ports)
        counted = moved.tries > attempt.tries
        row = _row(ports, challenge, decision, report)
        row.counted = counted
        row.outcome = Outcome.FAILED if counted and decision.outcome is Outcome.RETRY else decision.outcome
        row.person_id = attempt.person_id
        db.add(row)
        decided = Decided(row, challenge, attempt, case.verification, case.institution)
        fact = writing.write(ports, db, decided, report)
        cases.move(ports, case, attempt, moved, _private(attempt, challenge, fact))
        if decision.outcome is Outcome.PASSED:
            _passed(ports, db, case, attempt, challenge.id)
        cases.settle(ports, case)
        return decision.outcome


def _private(
    attempt: tables.Attempt, challenge: tables.Challenge, fact: tables.DecisionFact
) -> dict[str, object]:
    """Return the event's private part: who compared, by which policy, and the digest of the facts."""
    return {
        "challenge": challenge.id,
        "fact": fact.mac,
        "policy": challenge.policy_version,
        "provider": attempt.provider,
    }


def _moved(attempt: rules.Attempt, decision: Decision, ports: Ports) -> rules.Attempt:
    """Return the attempt's transition for this decision."""
    now = ports.now()
    match decision:
        case Decision(outcome=Outcome.PASSED):
            return rules.advance(attempt, AttemptEvent.PASS, now)
        case Decision(outcome=Outcome.FAILED):
            return rules.advance(attempt, AttemptEvent.FAIL, now, reason=decision.reason)
        case Decision(reason=Reason.NOT_ACQUIRED):
            return tries.came_to_nothing(attempt, now)
    return tries.went_unanswered(attempt, now)


def _passed(ports: Ports, db: Session, case: Case, attempt: tables.Attempt, challenge_id: str) -> None:
    """End the verification, unless an appeal ended it first, and delete the frames."""
    proven_by_face(db, attempt)
    if case.is_open:
        cases.end(ports, case, VerificationEvent.PASS, attempt)
    for row in db.scalars(select(tables.Frame).where(tables.Frame.challenge_id == challenge_id)):
        db.delete(row)


def _row(
    ports: Ports, challenge: tables.Challenge, decision: Decision, report: Mapping[str, object] | None
) -> tables.Decision:
    """Return the decision's row with encrypted scores."""
    place = f"decision.report:{challenge.id}"
    return tables.Decision(
        challenge_id=challenge.id,
        attempt_id=challenge.attempt_id,
        reason=decision.reason,
        hint=decision.hint,
        report=ports.vault.seal(place, canonical(report)) if report else None,
        policy_version=challenge.policy_version,
        created_at=ports.now(),
    )
