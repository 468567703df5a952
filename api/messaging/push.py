"""Pushing the service message to the person's own WeChat."""

from dataclasses import dataclass
from datetime import datetime

from api.contacts import credits, reach
from api.messaging import content
from api.messaging.content import Content
from api.ports import Ports
from api.verification import case as cases
from api.verification.attempt import supersede_unopened
from api.verification.case import Case
from api.verification.record import Change, record
from models import tables
from models.domain.attempt import AttemptEvent, AttemptState, advance
from models.domain.delivery import BRISK, CALL_TAKES_AT_MOST, UNFINISHED, DeliveryState, pause
from models.domain.person import mask
from models.domain.subscription import Fact, FactKind
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused, WeChatUnknown
from wechat.refusals import Kind

PAGE = "pages/verify/verify"
NO_CREDIT = 43101


def send(ports: Ports, delivery_id: str) -> None:
    """Send one message of the outbox; what may have arrived is never sent again."""
    with ports.database.transaction() as db:
        delivery = db.get(tables.Delivery, delivery_id)
        if delivery is None:
            return
        case = cases.current(ports, db, delivery.verification_id)
        # Read again behind the verification's lock: of two workers, one sends.
        db.refresh(delivery)
        if delivery.state not in UNFINISHED:
            return
        attempt = case.attempt(delivery.attempt_id or "")
        if delivery.state is DeliveryState.SENDING:
            # A worker died during the call: nobody knows whether the message left.
            if ports.now() >= delivery.next_at:
                _unknown(ports, case, attempt, delivery)
            return
        if attempt.state is not AttemptState.WAITING:
            delivery.state = DeliveryState.DROPPED
            return
        begun = ports.now()
        delivery.state, delivery.next_at = DeliveryState.SENDING, begun + CALL_TAKES_AT_MOST
        delivery.tries += 1
    _settle_delivery(ports, delivery_id, _call(ports, case, attempt), begun)


@dataclass(frozen=True, slots=True)
class Taken:
    """WeChat took the message; its events will name it so."""

    msg_id: str | None


def _call(ports: Ports, case: Case, attempt: tables.Attempt) -> Taken | WeChatError:
    """Call WeChat for the one WeChat user who owns the attempt; return what it came to."""
    openid = reach.openid(ports, attempt.person_id or "", attempt.owner_index or "")
    if openid is None:
        return WeChatRefused(0)
    settings = ports.settings
    data = content.written(_content(ports, case, attempt), settings.template_keys())
    page = f"{PAGE}?scene={attempt.scene}"
    try:
        return Taken(ports.wechat.send_subscribed(openid, settings.wechat_template_id, page, data))
    except WeChatError as error:
        return error


def _content(ports: Ports, case: Case, attempt: tables.Attempt) -> Content:
    """Return what the message says."""
    person = ports.directory.person(attempt.person_id or "")
    return content.push(
        case.institution.name,
        case.verification.amount_fen,
        attempt.created_at,
        person=mask(person.name) if person else "",
        order=case.verification.order_no,
    )


def _settle_delivery(ports: Ports, delivery_id: str, answer: Taken | WeChatError, begun: datetime) -> None:
    """Write down what became of the call."""
    with ports.database.transaction() as db:
        delivery = db.get_one(tables.Delivery, delivery_id)
        case = cases.current(ports, db, delivery.verification_id)
        attempt = case.attempt(delivery.attempt_id or "")
        match answer:
            case Taken(msg_id):
                delivery.state = DeliveryState.DELIVERED
                _learn(ports, attempt, Fact(FactKind.TAKEN, ports.now(), msg_id or delivery.id))
                record(ports, case.verification, Change("attempt.delivered", attempt))
                if attempt.state is AttemptState.WAITING:
                    supersede_unopened(ports, case, attempt)
            case WeChatUnknown():
                _unknown(ports, case, attempt, delivery)
            case WeChatBusy() if _again_at(ports, attempt, delivery) is not None:
                delivery.state = DeliveryState.RETRY
                delivery.next_at = _again_at(ports, attempt, delivery) or ports.now()
            case error:
                delivery.state, delivery.error = DeliveryState.DEAD, str(error) or type(error).__name__
                if isinstance(error, WeChatRefused) and error.errcode == NO_CREDIT:
                    # Before the call: whoever allows a message while it is under way keeps that one.
                    _learn(ports, attempt, Fact(FactKind.REFUSED, begun, delivery.id))
                _undeliverable(ports, case, attempt, _reason(error))


def _again_at(ports: Ports, attempt: tables.Attempt, delivery: tables.Delivery) -> datetime | None:
    """Return when to try again, or None when the attempt will be over by then."""
    at = ports.now() + pause(delivery.tries, BRISK)
    return at if at < attempt.expires_at else None


def _learn(ports: Ports, attempt: tables.Attempt, fact: Fact) -> None:
    """Let the ledger know of a message taken or refused."""
    with ports.database.transaction() as db:
        template = ports.settings.wechat_template_id
        credits.learn(ports, db, attempt.owner_index or "", template, fact)


def _reason(error: WeChatError) -> str:
    """Return why the message cannot reach the person, in the counter's words."""
    if isinstance(error, WeChatRefused):
        if error.kind is Kind.PERMANENT:
            return "wechat_misconfigured"
        return {0: "not_bound", NO_CREDIT: "not_subscribed"}.get(error.errcode, "refused_by_wechat")
    return "wechat_unavailable"


def _undeliverable(ports: Ports, case: Case, attempt: tables.Attempt, reason: str) -> None:
    """End an attempt that cannot reach anybody."""
    if attempt.state is AttemptState.WAITING:
        moved = advance(attempt.snapshot(), AttemptEvent.UNDELIVERABLE, ports.now(), reason=reason)
        cases.move(ports, case, attempt, moved)


def _unknown(ports: Ports, case: Case, attempt: tables.Attempt, delivery: tables.Delivery) -> None:
    """Say that the message may or may not have arrived."""
    delivery.state = DeliveryState.UNKNOWN
    record(ports, case.verification, Change("attempt.delivery_unknown", attempt))
