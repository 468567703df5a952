"""Notifies the insured on WeChat of what an appeal asks of them: more material, or a yes to a photo."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.contacts import credits, receivers
from api.messaging import calling, content
from api.messaging.content import Content
from api.messaging.push import NO_CREDIT, Taken
from api.outbound.outbox import Result, leased_at
from api.ports import Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.console.renewal import RenewalState, seen
from models.domain.console.review import waits
from models.domain.delivery import PATIENT, DeliveryEvent, pause
from models.domain.person import mask
from models.domain.subscription import Fact, FactKind
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused, WeChatUnknown

MORE_PAGE, RENEWAL_PAGE = "pages/more/more", "pages/mine/mine?list=renewals"
GIVE_UP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asked:
    """One message: appeal, whose sender receives it, purchase, content, its time, and the page it opens."""

    appeal: tables.Appeal
    institution: str
    verification: tables.Verification
    says: Callable[..., Content]
    at: datetime
    page: str


@dataclass(frozen=True, slots=True)
class MoreSender:
    """Sends the request to the WeChat user that lodged the appeal; never repeats a possibly delivered one."""

    lost: Taken | WeChatError | None = WeChatUnknown()

    def prepare(self, ports: Ports, db: Session, row: tables.Delivery) -> Asked | Result:
        """Return the message; dropped when the request is no longer open."""
        appeal = db.scalars(select(tables.Appeal).filter_by(attempt_id=row.attempt_id)).one()
        if appeal.state is not AppealState.LODGED or not waits(
            appeal.asked_at, appeal.answered_at, ports.now()
        ):
            return Result(DeliveryEvent.DROP)
        page = f"{MORE_PAGE}?appeal={appeal.id}"
        return Asked(appeal, *_bought(db, row), content.more_asked, appeal.asked_at or ports.now(), page)

    def call(self, ports: Ports, message: Asked) -> Taken | WeChatError:
        """Call WeChat; return the result."""
        return calling.answer(lambda: _sent(ports, message))

    def settle(self, ports: Ports, db: Session, row: tables.Delivery, answer: Taken | WeChatError) -> Result:
        """Return the row's next step after WeChat's answer, and update the credit ledger."""
        match answer:
            case Taken(msg_id):
                _learn(ports, db, row, Fact(FactKind.TAKEN, ports.now(), msg_id or row.id))
                return Result(DeliveryEvent.DELIVER)
            case WeChatUnknown():
                return Result(DeliveryEvent.LOSE)
            case WeChatBusy() if ports.now() < row.created_at + GIVE_UP:
                return Result(DeliveryEvent.AGAIN, again_at=ports.now() + pause(row.tries, PATIENT))
            case WeChatRefused(errcode=code) if code == NO_CREDIT:
                _learn(ports, db, row, Fact(FactKind.REFUSED, leased_at(row), row.id))
        return Result(DeliveryEvent.GIVE_UP, str(answer) or type(answer).__name__)


@dataclass(frozen=True, slots=True)
class RenewalSender(MoreSender):
    """Sends word of a new reference that the insured is to accept or decline."""

    def prepare(self, ports: Ports, db: Session, row: tables.Delivery) -> Asked | Result:
        """Return the message; dropped when the renewal has been answered."""
        appeal = db.scalars(select(tables.Appeal).filter_by(attempt_id=row.attempt_id)).one()
        offer = db.scalars(select(tables.Renewal).filter_by(appeal_id=appeal.id)).one()
        if seen(offer.state, offer.until, ports.now()) is not RenewalState.OFFERED:
            return Result(DeliveryEvent.DROP)
        at = offer.offered_at or ports.now()
        return Asked(appeal, *_bought(db, row), content.renewal_offered, at, RENEWAL_PAGE)


def _sent(ports: Ports, message: Asked) -> Taken:
    """Send the message; raises what WeChat answers."""
    appeal, settings = message.appeal, ports.settings
    openid = receivers.openid(ports, appeal.person_id or "", appeal.openid_index)
    if openid is None:
        raise WeChatRefused(0)
    person = ports.directory.person(appeal.person_id or "")
    said = message.says(
        message.institution,
        message.verification.amount_fen,
        message.at,
        person=mask(person.name) if person else "",
        order=message.verification.order_no,
    )
    data, page = content.written(said, settings.template_keys()), message.page
    return Taken(ports.wechat.send_subscribed(openid, settings.wechat_template_id, page, data))


def _bought(db: Session, row: tables.Delivery) -> tuple[str, tables.Verification]:
    """Return the institution's name and the purchase of a message."""
    institution = db.get_one(tables.Institution, row.institution_id)
    return institution.name, db.get_one(tables.Verification, row.verification_id)


def _learn(ports: Ports, db: Session, row: tables.Delivery, fact: Fact) -> None:
    """Store in the ledger that a message was accepted or refused."""
    appeal = db.scalars(select(tables.Appeal).filter_by(attempt_id=row.attempt_id)).one()
    credits.learn(ports, db, appeal.openid_index, ports.settings.wechat_template_id, fact)
