"""Notifies the insured on WeChat that a reviewer asks for more before judging their appeal."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.contacts import credits, receivers
from api.messaging import content
from api.messaging.push import NO_CREDIT, Taken
from api.outbound.outbox import Result, leased_at
from api.ports import Ports
from models import tables
from models.domain.appeal import AppealState
from models.domain.console.review import waits
from models.domain.delivery import PATIENT, DeliveryEvent, pause
from models.domain.person import mask
from models.domain.subscription import Fact, FactKind
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused, WeChatUnknown

PAGE = "pages/more/more"
GIVE_UP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asked:
    """One message: recipient, appeal and purchase."""

    appeal: tables.Appeal
    institution: str
    verification: tables.Verification


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
        institution = db.get_one(tables.Institution, row.institution_id)
        return Asked(appeal, institution.name, db.get_one(tables.Verification, row.verification_id))

    def call(self, ports: Ports, message: Asked) -> Taken | WeChatError:
        """Call WeChat; return the result."""
        appeal, settings = message.appeal, ports.settings
        openid = receivers.openid(ports, appeal.person_id or "", appeal.openid_index)
        if openid is None:
            return WeChatRefused(0)
        person = ports.directory.person(appeal.person_id or "")
        said = content.more_asked(
            message.institution,
            message.verification.amount_fen,
            appeal.asked_at or ports.now(),
            person=mask(person.name) if person else "",
            order=message.verification.order_no,
        )
        data, page = content.written(said, settings.template_keys()), f"{PAGE}?appeal={appeal.id}"
        try:
            return Taken(ports.wechat.send_subscribed(openid, settings.wechat_template_id, page, data))
        except WeChatError as error:
            return error

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


def _learn(ports: Ports, db: Session, row: tables.Delivery, fact: Fact) -> None:
    """Store in the ledger that a message was accepted or refused."""
    appeal = db.scalars(select(tables.Appeal).filter_by(attempt_id=row.attempt_id)).one()
    credits.learn(ports, db, appeal.openid_index, ports.settings.wechat_template_id, fact)
