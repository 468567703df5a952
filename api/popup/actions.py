"""Actions of the cashier on the popup."""

from dataclasses import dataclass, replace

from api.contacts import receivers
from api.directory.identify import Named
from api.policies import versions as policies
from api.popup import holder
from api.popup.holder import PopupCredentials
from api.ports import Ports
from api.verification import attempt as attempts
from api.verification import bypass as documents
from api.verification.agents import Picked
from api.verification.attempt import Choice
from api.verification.case import Case
from api.verification.till_code import Shown, issue
from models.domain.agent import Checks, check_documents
from models.domain.attempt import UNDECIDED, AttemptState, Channel
from models.domain.errors import Conflict, Invalid
from models.domain.person import Push
from models.domain.resending import RESEND_AFTER, is_in_hand
from models.domain.verification import refuse_while_deciding


@dataclass(frozen=True, slots=True)
class Wanted:
    """The person the cashier picked; `confirmed` once the cashier has answered the page's question."""

    choice: Choice
    confirmed: bool = False


def push(ports: Ports, credentials: PopupCredentials, wanted: Wanted) -> bool:
    """Push to the chosen person; False when the page must ask the cashier first."""
    return _begin(ports, credentials, wanted, Channel.PUSH)


def show_code(ports: Ports, credentials: PopupCredentials, wanted: Wanted) -> bool:
    """Show a code for the cashier's own phone; the person may be chosen there."""
    return _begin(ports, credentials, wanted, Channel.QR)


def _begin(ports: Ports, credentials: PopupCredentials, wanted: Wanted, channel: Channel) -> bool:
    with ports.database.transaction() as db:
        ports = ports.within(db)
        case = holder.acting(ports, db, credentials)
        if _has_moved(case, credentials):
            return True
        _refuse_over_what_runs(case)
        choice = _choice(ports, case, wanted.choice)
        if not _is_ready(ports, case, choice, wanted, channel):
            return False
        if channel is Channel.PUSH and _waits_for(case, wanted.choice.person_id):
            choice = replace(choice, resent=True)
        attempts.begin(ports, case.institution.id, case.verification.id, channel, choice)
        return True


def back(ports: Ports, credentials: PopupCredentials) -> str | None:
    """End the running attempt and return its person; a failure stays open to an appeal."""
    with ports.database.transaction() as db:
        ports = ports.within(db)
        case = holder.acting(ports, db, credentials)
        last = case.front
        if not _has_moved(case, credentials):
            refuse_while_deciding(case.states)
            attempts.supersede(ports, case)
        return last.person_id if last else None


def bypass(ports: Ports, credentials: PopupCredentials, proof: dict[str, str], person_id: str | None) -> None:
    """Record that named staff checked a document instead (其他方式核验)."""
    with ports.database.transaction() as db:
        ports = ports.within(db)
        case = holder.acting(ports, db, credentials)
        documents.bypass(ports, case.institution.id, case.verification.id, proof, person_id)


def till_code(ports: Ports, credentials: PopupCredentials) -> tuple[Case, Shown]:
    """Return six new digits for a phone at this counter (引导开通)."""
    with ports.database.transaction() as db:
        ports = ports.within(db)
        case = holder.acting(ports, db, credentials)
        return case, issue(ports, case.institution.id, case.verification.id)


def _has_moved(case: Case, credentials: PopupCredentials) -> bool:
    """Tell whether the page showed an older attempt: a second click, or a form sent again."""
    return len(case.attempts) != credentials.attempt


def _choice(ports: Ports, case: Case, choice: Choice) -> Choice:
    """Complete the choice from earlier attempts for the same person.

    They supply the check-list, and the details of a person who was typed in.
    """
    earlier = next((one for one in reversed(case.attempts) if one.person_id == choice.person_id), None)
    if earlier is None or choice.person_id is None:
        return choice
    if choice.checks is None and earlier.checks:
        choice = replace(choice, checks=Checks(**earlier.checks))
    known = ports.directory.document(earlier.person_id or "")
    if earlier.listed or known is None:
        return choice
    named = Named(known[0], known[1].number, known[1].id_type)
    return replace(choice, named=named, relation=earlier.relation, person_id=None)


def _refuse_over_what_runs(case: Case) -> None:
    """Raise Conflict `in_hand` while the person is busy on the phone: only 返回上一步 ends that."""
    front = case.front
    if (
        front is not None
        and is_in_hand(front.channel, front.state)
        and front.state is not AttemptState.CAPTURED
    ):
        raise Conflict("the person has opened it and is at it", code="in_hand")


def _waits_for(case: Case, person_id: str | None) -> bool:
    """Tell whether an unopened message to this person is under way."""
    front = case.front
    if front is None or front.state is not AttemptState.WAITING or front.channel is not Channel.PUSH:
        return False
    return person_id is not None and front.person_id == person_id


def _not_too_soon(ports: Ports, case: Case) -> None:
    last = case.attempts[-1] if case.attempts else None
    if last is None or last.state not in UNDECIDED or last.channel is not Channel.PUSH:
        return
    if ports.now() < last.created_at + RESEND_AFTER:
        raise Conflict("the message has only just been sent", code="too_soon")


def _is_ready(ports: Ports, case: Case, choice: Choice, wanted: Wanted, channel: Channel) -> bool:
    """Tell whether the attempt can begin with what is known about the chosen person.

    False where the page must ask first: is it the card-holder, may the message arrive, were both documents
    checked. Whatever the policy requires of tills, an agent's attempt always needs the check-list here.
    Raises Invalid `checks_missing`, `not_bound` where a push cannot arrive, and Conflict `no_credit` where it
    may not arrive and the person was typed in: the form itself asks again.
    """
    asked = wanted.confirmed or wanted.choice.person_id is None
    try:
        picked = attempts.pick(
            ports, case, choice, case.institution.provider_on(channel), policies.active(case.db)
        )
        reached = _reached(ports, case, picked) if picked and channel is Channel.PUSH else None
        if picked is not None and picked.is_agent:
            check_documents(picked.checks)
    except Invalid as refusal:
        if refusal.code == "checks_missing" and not asked:
            return False
        raise
    if reached is Push.NO_CREDIT and not wanted.confirmed and wanted.choice.person_id is None:
        raise Conflict("the message may not arrive; confirm to send it all the same", code="no_credit")
    return asked or picked is None or channel is Channel.QR


def _reached(ports: Ports, case: Case, picked: Picked) -> Push:
    """Return whether a push is expected to arrive; raises Invalid `not_bound` where it cannot."""
    _not_too_soon(ports, case)
    person_id = picked.person.person_id
    reached = receivers.pushes(ports, [person_id])[person_id]
    if reached is Push.NOT_BOUND:
        raise Invalid("this person has no WeChat bound", code="not_bound")
    if reached is Push.NO_CREDIT and _waits_for(case, person_id):
        raise Conflict("a second message would not arrive; the first still counts", code="no_credit_left")
    return reached
