"""Pushes the service message to the person's own WeChat."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.contacts import credits, receivers
from api.messaging import calling, content
from api.messaging.content import Content
from api.outbound.outbox import Result, leased_at
from api.ports import Ports
from api.verification import case as cases
from api.verification.attempt import supersede_unopened
from api.verification.case import Case
from api.verification.record import Change, record
from models import tables
from models.domain.attempt import AttemptEvent, AttemptState, advance
from models.domain.delivery import BRISK, DeliveryEvent, pause
from models.domain.person import mask
from models.domain.subscription import Fact, FactKind
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused, WeChatUnknown
from wechat.refusals import Kind

PAGE = "pages/verify/verify"
NO_CREDIT = 43101


@dataclass(frozen=True, slots=True)
class Push:
    """One message and the attempt it leads to."""

    case: Case
    attempt: tables.Attempt


@dataclass(frozen=True, slots=True)
class Taken:
    """WeChat accepted the message; its events will carry this id."""

    msg_id: str | None


@dataclass(frozen=True, slots=True)
class PushSender:
    """Sends the messages that open an attempt; one that may have arrived is never repeated."""

    lost: Taken | WeChatError | None = WeChatUnknown()

    def prepare(self, ports: Ports, db: Session, row: tables.Delivery) -> Push | Result:
        """Return the message; dropped when its attempt no longer waits for it."""
        case = cases.current(ports, db, row.verification_id)
        attempt = case.attempt(row.attempt_id or "")
        if attempt.state is not AttemptState.WAITING:
            return Result(DeliveryEvent.DROP)
        return Push(case, attempt)

    def call(self, ports: Ports, message: Push) -> Taken | WeChatError:
        """Call WeChat for the attempt's owner; return the result."""
        return calling.answer(lambda: _sent(ports, message))

    def settle(self, ports: Ports, db: Session, row: tables.Delivery, answer: Taken | WeChatError) -> Result:
        """Update the attempt and the credits by WeChat's answer."""
        case = cases.current(ports, db, row.verification_id)
        attempt = case.attempt(row.attempt_id or "")
        match answer:
            case Taken(msg_id):
                _learn(ports, db, attempt, Fact(FactKind.TAKEN, ports.now(), msg_id or row.id))
                record(ports, case.db, case.verification, Change("attempt.delivered", attempt))
                if attempt.state is AttemptState.WAITING:
                    supersede_unopened(ports, case, attempt)
                return Result(DeliveryEvent.DELIVER)
            case WeChatUnknown():
                record(ports, case.db, case.verification, Change("attempt.delivery_unknown", attempt))
                return Result(DeliveryEvent.LOSE)
            case WeChatBusy() if again_at := _again_at(ports, attempt, row):
                return Result(DeliveryEvent.AGAIN, again_at=again_at)
        if isinstance(answer, WeChatRefused) and answer.errcode == NO_CREDIT:
            # Timestamped before the call: a credit granted while it runs is kept.
            _learn(ports, db, attempt, Fact(FactKind.REFUSED, leased_at(row), row.id))
        _undeliverable(ports, case, attempt, _reason(answer))
        return Result(DeliveryEvent.GIVE_UP, str(answer) or type(answer).__name__)


def _sent(ports: Ports, message: Push) -> Taken:
    """Send the message; raises what WeChat answers."""
    attempt, settings = message.attempt, ports.settings
    openid = receivers.openid(ports, attempt.person_id or "", attempt.owner_index or "")
    if openid is None:
        raise WeChatRefused(0)
    data = content.written(_content(ports, message.case, attempt), settings.template_keys())
    page = f"{PAGE}?scene={attempt.scene}"
    return Taken(ports.wechat.send_subscribed(openid, settings.wechat_template_id, page, data))


def _content(ports: Ports, case: Case, attempt: tables.Attempt) -> Content:
    """Return the message's contents."""
    person = ports.directory.person(attempt.person_id or "")
    return content.push(
        case.institution.name,
        case.verification.amount_fen,
        attempt.created_at,
        person=mask(person.name) if person else "",
        order=case.verification.order_no,
    )


def _again_at(ports: Ports, attempt: tables.Attempt, row: tables.Delivery) -> datetime | None:
    """Return when to retry, or None when the attempt will have expired by then."""
    at = ports.now() + pause(row.tries, BRISK)
    return at if at < attempt.expires_at else None


def _learn(ports: Ports, db: Session, attempt: tables.Attempt, fact: Fact) -> None:
    """Store in the ledger that a message was accepted or refused."""
    credits.learn(ports, db, attempt.owner_index or "", ports.settings.wechat_template_id, fact)


def _reason(error: WeChatError) -> str:
    """Return why the message cannot reach the person, as the counter's reason code."""
    if isinstance(error, WeChatRefused):
        if error.kind is Kind.PERMANENT:
            return "wechat_misconfigured"
        return {0: "not_bound", NO_CREDIT: "not_subscribed"}.get(error.errcode, "refused_by_wechat")
    return "wechat_unavailable"


def _undeliverable(ports: Ports, case: Case, attempt: tables.Attempt, reason: str) -> None:
    """End an attempt whose message cannot be delivered."""
    if attempt.state is AttemptState.WAITING:
        moved = advance(attempt.snapshot(), AttemptEvent.UNDELIVERABLE, ports.now(), reason=reason)
        cases.move(ports, case, attempt, moved)
