"""Begins attempts: whom to film, and how to reach them."""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from api.contacts import receivers
from api.directory.identify import Named, identify, may_be_filmed
from api.policies import resolving
from api.policies.resolving import Resolved
from api.ports import Ports
from api.verification import agents
from api.verification import case as cases
from api.verification.agents import Picked
from api.verification.case import Case
from api.verification.lifecycle import at_work, locked
from api.verification.pushing import limit_pushes
from api.verification.record import Change, record, to_send
from models import tables
from models.domain import attempt as rules
from models.domain.agent import Checks
from models.domain.attempt import AttemptEvent, AttemptState, Channel
from models.domain.delivery import DeliveryKind
from models.domain.errors import Invalid
from models.domain.person import SELF
from models.domain.policy import Policy
from models.domain.provider import Provider
from models.domain.verification import may_begin_attempt

# An owner index that matches no user.
NOBODY = "sandbox"


@dataclass(frozen=True, slots=True)
class Choice:
    """The counter's choice: a listed person, a typed one, or none yet; with its check-list.

    With `resent`, the earlier message stays valid until the new one is delivered; `by_api` marks a choice by
    a till's program, which may push to one person only every 30 s.
    """

    person_id: str | None = None
    named: Named | None = None
    relation: str | None = None
    checks: Checks | None = None
    resent: bool = False
    by_api: bool = False


def begin(
    ports: Ports, institution_id: str, verification_id: str, channel: Channel, choice: Choice
) -> tables.Attempt:
    """Begin an attempt; it supersedes an undecided older one, unless it resends that one's message."""
    with ports.database.transaction() as db:
        ports = ports.within(db)
        case = locked(ports, db, institution_id, verification_id)
        at_work(case.institution)
        may_begin_attempt(case.facts, case.tries, case.states, ports.now())
        resolved = resolving.resolve(ports, db, case.verification)
        picked = pick(ports, case, choice, case.institution.provider_on(channel), resolved.policy)
        if picked is not None:
            resolved = _for(ports, case, resolved, picked)
        if channel is Channel.PUSH and picked is None:
            raise Invalid("a push needs a person", code="person_missing")
        if choice.by_api and channel is Channel.PUSH and picked and not case.institution.sandbox:
            limit_pushes(ports, db, picked.person.person_id)
        if not choice.resent:
            supersede(ports, case)
        attempt = _row(ports, case, channel, picked)
        resolving.pin(attempt, resolved)
        attempt.checks = asdict(choice.checks) if choice.checks else None
        policy = resolved.policy
        attempt.presence_code = ports.random.digits(4) if policy.asks_presence_code(channel) else None
        db.add(attempt)
        db.flush()
        case.attempts.append(attempt)
        private = agents.record_of(ports, case, picked)
        record(ports, case.db, case.verification, Change("attempt.waiting", attempt, private=private))
        reached_by = DeliveryKind.SANDBOX if case.institution.sandbox else DeliveryKind.PUSH
        if channel is Channel.PUSH or case.institution.sandbox:
            db.add(to_send(ports, case.verification, reached_by, attempt_id=attempt.id))
        return attempt


def note_present(ports: Ports, case: Case, person_id: str) -> tables.Attempt:
    """Record which listed person showed documents without filming; raises Invalid `person_not_found`."""
    picked = _from_list(ports, case, person_id)
    attempt = _row(ports, case, Channel.QR, picked)
    resolving.pin(attempt, resolving.resolve(ports, case.db, case.verification))
    case.db.add(attempt)
    case.db.flush()
    case.attempts.append(attempt)
    private = agents.record_of(ports, case, picked)
    record(ports, case.db, case.verification, Change("attempt.waiting", attempt, private=private))
    return attempt


def pick(ports: Ports, case: Case, choice: Choice, provider: Provider, policy: Policy) -> Picked | None:
    """Return the chosen person, or None where none was chosen.

    Raises Invalid `person_not_found`, `not_enrolled`, `look_alike`, `guardian_needed`, `minor_not_filmed`,
    `id_number_invalid`, `native_resident_only`, `agent_is_staff`, `checks_missing`, TooMany `agent_quota`.
    """
    if choice.person_id is not None:
        picked = _from_list(ports, case, choice.person_id)
    elif choice.named is not None:
        picked = _typed(ports, case, choice)
    else:
        return None
    may_be_filmed(ports, case.db, picked.person, provider, policy)
    picked = replace(picked, checks=choice.checks)
    agents.check(ports, case, picked, policy)
    return picked


def _from_list(ports: Ports, case: Case, person_id: str) -> Picked:
    """Return a person of the card-holder's network."""
    for relative in ports.directory.network(case.verification.cardholder_id):
        if relative.person.person_id == person_id:
            return Picked(relative.person, relative.relation, listed=True)
    raise Invalid("this person is not on the list", code="person_not_found")


def _typed(ports: Ports, case: Case, choice: Choice) -> Picked:
    """Return a typed person; the card-holder typed in is still the card-holder."""
    verification = case.verification
    if choice.named is None or not choice.relation:
        raise Invalid("the relation is missing", code="relation_missing")
    person = identify(ports, case.db, choice.named, verification.institution_id, verification.counter)
    relation = SELF if person.person_id == verification.cardholder_id else choice.relation
    if relation == SELF and person.person_id != verification.cardholder_id:
        raise Invalid("somebody else is not the card-holder", code="relation_missing")
    return Picked(person, relation, agents.related(ports, verification.cardholder_id, person.person_id))


def supersede(ports: Ports, case: Case) -> None:
    """End undecided attempts; a failed one stays open to an appeal but not to retries."""
    for attempt in case.attempts:
        if attempt.state in rules.LIVE:
            cases.step(ports, case, attempt, AttemptEvent.SUPERSEDE)
        elif attempt.state is AttemptState.FAILED:
            attempt.apply(rules.advance(attempt.snapshot(), AttemptEvent.SUPERSEDE, ports.now()))


def supersede_unopened(ports: Ports, case: Case, newest: tables.Attempt) -> None:
    """End all other unopened messages: `newest` has been delivered or opened."""
    for attempt in case.attempts:
        if attempt is not newest and attempt.state is AttemptState.WAITING:
            cases.step(ports, case, attempt, AttemptEvent.SUPERSEDE)


def _row(ports: Ports, case: Case, channel: Channel, picked: Picked | None) -> tables.Attempt:
    """Return the new attempt, owned by the push's receiver."""
    facts = rules.begin(channel, timedelta(seconds=case.institution.window_s), ports.now())
    pushed_to = picked.person.person_id if channel is Channel.PUSH and picked else None
    attempt = tables.Attempt(
        id=ports.new_id("att"),
        verification_id=case.verification.id,
        number=len(case.attempts) + 1,
        scene=ports.random.token(22),
        channel=channel,
        provider=case.institution.provider_on(channel),
        owner_index=_owner(ports, case, pushed_to),
        created_at=facts.created_at,
        window_s=case.institution.window_s,
        presence_tries=0,
    )
    assign(attempt, picked)
    attempt.apply(facts)
    return attempt


def on_own_phone(ports: Ports, case: Case, picked: Picked, owner_index: str) -> tables.Attempt:
    """Return an attempt that a person begins on their own phone, without a message."""
    attempt = _row(ports, case, Channel.PUSH, picked)
    resolved = resolving.resolve(ports, case.db, case.verification)
    resolving.pin(attempt, _for(ports, case, resolved, picked))
    attempt.owner_index = owner_index
    return attempt


def _for(ports: Ports, case: Case, resolved: Resolved, picked: Picked) -> Resolved:
    """Return the policy for the person who was picked."""
    found = resolving.fitting(ports, case.db, resolved, picked.person.person_id, case.verification)
    return resolving.aged(ports, case.db, found, picked.person.birth)


def _owner(ports: Ports, case: Case, pushed_to: str | None) -> str | None:
    """Return the index of the user who may open the attempt from the start; none in the sandbox."""
    if case.institution.sandbox:
        return NOBODY
    return receivers.receiver(ports, pushed_to) if pushed_to else None


def assign(attempt: tables.Attempt, picked: Picked | None) -> None:
    """Set the attempt's person, or none."""
    attempt.person_id = picked.person.person_id if picked else None
    attempt.relation = picked.relation if picked else None
    attempt.listed = picked.listed if picked else True
