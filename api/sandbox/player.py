"""Simulates the phone, WeChat and the matcher for a sandbox institution, by the real rules."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from api.outbound.outbox import Result
from api.ports import Ports
from api.verification import case as cases
from api.verification.agents import Picked
from api.verification.attempt import assign
from api.verification.case import Case
from api.verification.record import Change, record
from models import tables
from models.domain import sandbox as rules
from models.domain import tries
from models.domain.attempt import AttemptEvent, AttemptState, Channel, advance
from models.domain.delivery import DeliveryEvent
from models.domain.identity.idnumber import IdType
from models.domain.person import SELF
from models.domain.sandbox import BY_ID, CAST, Outcome
from models.domain.verification import VerificationEvent

PAUSE = timedelta(seconds=0.4)
PRIVATE = {"sandbox": True}


@dataclass(frozen=True, slots=True)
class SandboxSender:
    """Advances a sandbox attempt by one step per delivery, until its outcome is reached."""

    lost: None = None

    def prepare(self, ports: Ports, db: Session, row: tables.Delivery) -> None:
        """Return nothing: no message is sent."""

    def call(self, ports: Ports, message: None) -> None:
        """Call nobody: the step is taken in `settle`."""

    def settle(self, ports: Ports, db: Session, row: tables.Delivery, answer: None) -> Result:
        """Take the next step, and schedule the one after it."""
        case = cases.current(ports, db, row.verification_id)
        if _step(ports.within(db), case, case.attempt(row.attempt_id or "")):
            return Result(DeliveryEvent.AGAIN, again_at=ports.now() + PAUSE)
        return Result(DeliveryEvent.DELIVER)


def _step(ports: Ports, case: Case, attempt: tables.Attempt) -> bool:
    """Take the next step; False when there is none."""
    outcome = _outcome(case, attempt)
    tried = attempt.reason == "matcher_unavailable"
    event = rules.next_event(outcome, attempt.channel, attempt.state, tried=tried)
    review = rules.review(outcome) if attempt.state is AttemptState.APPEALED else None
    if review:
        record(ports, case.db, case.verification, Change(f"appeal.{review}", attempt, private=PRIVATE))
    if event is None or not case.is_open:
        return False
    match event:
        case AttemptEvent.OPEN:
            _open(ports, case, attempt)
        case AttemptEvent.CONSENT if attempt.person_id is None:
            _choose(ports, case, attempt)
        case AttemptEvent.AGAIN:
            cases.move(ports, case, attempt, tries.went_unanswered(attempt.snapshot(), ports.now()), PRIVATE)
        case AttemptEvent.FAIL | AttemptEvent.UNDELIVERABLE:
            reason = "not_matched" if event is AttemptEvent.FAIL else "not_subscribed"
            moved = advance(attempt.snapshot(), event, ports.now(), reason=reason)
            cases.move(ports, case, attempt, moved, PRIVATE)
        case _:
            cases.step(ports, case, attempt, event, PRIVATE)
    _ends(ports, case, attempt, event)
    return True


def _outcome(case: Case, attempt: tables.Attempt) -> Outcome:
    """Return the outcome of the person's magic number; the card-holder's while nobody was chosen."""
    return BY_ID[attempt.person_id or case.verification.cardholder_id].outcome


def _open(ports: Ports, case: Case, attempt: tables.Attempt) -> None:
    """Deliver the message where there is one, and open the attempt."""
    if attempt.channel is Channel.PUSH:
        record(ports, case.db, case.verification, Change("attempt.delivered", attempt, private=PRIVATE))
    cases.step(ports, case, attempt, AttemptEvent.OPEN, PRIVATE)


def _choose(ports: Ports, case: Case, attempt: tables.Attempt) -> None:
    """Choose the card-holder, as the cashier does on the phone."""
    holder = ports.directory.person(case.verification.cardholder_id)
    moved = advance(attempt.snapshot(), AttemptEvent.CHOOSE, ports.now())
    assign(attempt, Picked(holder, SELF, listed=True) if holder else None)
    attempt.apply(moved)
    record(ports, case.db, case.verification, Change("attempt.person_chosen", attempt, private=PRIVATE))


def _ends(ports: Ports, case: Case, attempt: tables.Attempt, event: AttemptEvent) -> None:
    """End the verification where the attempt's end does."""
    if event is AttemptEvent.PASS:
        cases.end(ports, case, VerificationEvent.PASS, attempt, PRIVATE)
    if event is AttemptEvent.APPEAL:
        record(ports, case.db, case.verification, Change("appeal.lodged", attempt, private=PRIVATE))
        cases.end(ports, case, VerificationEvent.APPEAL, attempt, PRIVATE)


def populate(ports: Ports, db: Session) -> None:
    """Create rows for the sandbox persons that verifications refer to; no index finds them by number."""
    for person in CAST:
        if db.get(tables.Person, person.person_id) is not None:
            continue
        seal = ports.vault.seal
        row = tables.Person(
            id=person.person_id,
            id_type=IdType.RESIDENT,
            id_number=seal(f"person.id_number:{person.person_id}", person.number),
            id_index=ports.vault.index("sandbox", person.number),
            name=seal(f"person.name:{person.person_id}", person.name),
            sex=person.sex,
            birth=person.birth,
            created_at=ports.now(),
        )
        db.add(row)
