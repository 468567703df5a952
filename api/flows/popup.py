"""What the cashier does on the popup, known by the cookie that its first opening left."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from api import case as cases
from api.case import Case
from api.flows import attempt as attempts
from api.flows import reach, tillcode, verification
from api.flows.attempt import Choice
from api.flows.identify import Named
from api.flows.tillcode import Shown
from api.ports import Ports
from models import tables
from models.domain.attempt import UNDECIDED, Channel
from models.domain.errors import Conflict, Ended, Forbidden, Invalid
from models.domain.person import SELF, Push
from models.domain.provider import Provider
from models.domain.verification import refuse_while_deciding
from models.vault import digest

RESEND_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Hand:
    """Who asks: the link, the cookie, the form's own token, and the attempt its page had shown."""

    token: str
    cookie: str | None
    csrf: str = ""
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom the cashier picked; `confirmed` once the page has asked whether this is meant."""

    choice: Choice
    confirmed: bool = False


def enter(ports: Ports, hand: Hand) -> tuple[Case, str]:
    """Return the case and the holder's cookie; the first to come becomes the holder.

    Raises Ended `popup_void` for everybody else and for a link that is unknown or replaced.
    """
    if hand.cookie is not None:
        return held(ports, hand), hand.cookie
    with ports.database.transaction() as db:
        case = cases.current(ports, db, _find(ports, hand.token))
        if case.verification.popup_hash != digest(hand.token) or case.verification.popup_holder is not None:
            raise _void()
        cookie = ports.random.token(32)
        case.verification.popup_holder = digest(cookie)
        return case, cookie


def held(ports: Ports, hand: Hand) -> Case:
    """Return the case for the browser that holds the popup, or raise Ended `popup_void`."""
    case = cases.seen(ports, _find(ports, hand.token))
    _check_holder(case, hand)
    return case


def csrf(ports: Ports, cookie: str) -> str:
    """Return the token that the forms of this cookie's pages carry."""
    return ports.vault.index("popup_csrf", cookie)


def push(ports: Ports, hand: Hand, wanted: Wanted) -> bool:
    """Push to the chosen person; False when the page must first ask whether this is meant."""
    with ports.database.transaction():
        case = _acting(ports, hand)
        if _has_moved(case, hand):
            return True
        choice = _choice(ports, case, wanted.choice)
        _not_too_soon(ports, case)
        if not _is_meant(ports, case, choice) and not wanted.confirmed:
            return False
        attempts.begin(ports, case.institution.id, case.verification.id, Channel.PUSH, choice)
        return True


def show_code(ports: Ports, hand: Hand, wanted: Wanted) -> None:
    """Show a code for the cashier's own phone, for the chosen person or for one chosen there."""
    with ports.database.transaction():
        case = _acting(ports, hand)
        if not _has_moved(case, hand):
            choice = _choice(ports, case, wanted.choice)
            attempts.begin(ports, case.institution.id, case.verification.id, Channel.QR, choice)


def back(ports: Ports, hand: Hand) -> str | None:
    """End what is undecided; return whom it was for. A failure keeps its appeal."""
    with ports.database.transaction():
        case = _acting(ports, hand)
        last = case.attempts[-1] if case.attempts else None
        if not _has_moved(case, hand):
            refuse_while_deciding(case.states)
            attempts.supersede(ports, case)
        return last.person_id if last else None


def bypass(ports: Ports, hand: Hand, proof: dict[str, str]) -> None:
    """Record that named staff checked a document instead (其他方式核验)."""
    with ports.database.transaction():
        case = _acting(ports, hand)
        verification.bypass(ports, case.institution.id, case.verification.id, proof)


def till_code(ports: Ports, hand: Hand) -> tuple[Case, Shown]:
    """Return six new digits for a phone at this counter (引导开通)."""
    with ports.database.transaction():
        case = _acting(ports, hand)
        return case, tillcode.issue(ports, case.institution.id, case.verification.id)


def _find(ports: Ports, token: str) -> str:
    with ports.database.reading() as db:
        wanted = select(tables.Verification.id).where(tables.Verification.popup_hash == digest(token))
        found = db.scalar(wanted)
    if found is None:
        raise _void()
    return found


def _check_holder(case: Case, hand: Hand) -> None:
    row = case.verification
    right = row.popup_hash == digest(hand.token) and hand.cookie is not None and row.popup_holder is not None
    if not right or not hmac.compare_digest(row.popup_holder or "", digest(hand.cookie or "")):
        raise _void()


def _void() -> Ended:
    return Ended("this link is not valid here", code="popup_void")


def _acting(ports: Ports, hand: Hand) -> Case:
    """Return the case, locked, for a deed of its holder; joins the caller's transaction."""
    with ports.database.transaction() as db:
        case = cases.current(ports, db, _find(ports, hand.token))
        _check_holder(case, hand)
        if not hmac.compare_digest(csrf(ports, hand.cookie or ""), hand.csrf):
            raise Forbidden("the form is not from this page", code="csrf_wrong")
        return case


def _has_moved(case: Case, hand: Hand) -> bool:
    """Tell whether the page was older than the newest attempt: a second click, a form sent again."""
    return len(case.attempts) != hand.attempt


def _choice(ports: Ports, case: Case, choice: Choice) -> Choice:
    """Return the choice; somebody typed in for an earlier attempt is named again, not listed."""
    typed = (one for one in reversed(case.attempts) if one.person_id == choice.person_id and not one.listed)
    earlier = next(typed, None) if choice.person_id else None
    known = ports.directory.document(choice.person_id) if earlier and choice.person_id else None
    if earlier is None or known is None:
        return choice
    return Choice(None, Named(known[0], known[1].number, known[1].id_type), earlier.relation)


def _not_too_soon(ports: Ports, case: Case) -> None:
    last = case.attempts[-1] if case.attempts else None
    if last is None or last.state not in UNDECIDED or last.channel is not Channel.PUSH:
        return
    if ports.now() < last.created_at + RESEND_AFTER:
        raise Conflict("the message has only just been sent", code="too_soon")


def _is_meant(ports: Ports, case: Case, choice: Choice) -> bool:
    """Tell whether the push can be sent as it is; False for 本人 and where it may not arrive.

    Raises Invalid `not_bound` where it cannot arrive, so that the cashier learns it before.
    """
    picked = attempts.pick(ports, case, choice, Provider(case.institution.provider))
    if picked is None:
        return True
    person_id = picked.person.person_id
    reached = reach.pushes(ports, [person_id])[person_id]
    if reached is Push.NOT_BOUND:
        raise Invalid("this person has no WeChat bound", code="not_bound")
    return not picked.listed or (reached is Push.READY and picked.relation != SELF)
