"""Notifies the card-holder on WeChat that somebody else has bought with their card."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.messaging import calling, content
from api.outbound.outbox import Result
from api.ports import Ports
from models import tables
from models.domain.delivery import PATIENT, DeliveryEvent, pause
from models.domain.person import OWN, mask
from wechat.errors import WeChatBusy, WeChatError, WeChatUnknown

PAGE = "pages/agents/agents"
GIVE_UP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: the recipient's openid, the purchase, and the agent."""

    openid: str
    institution: str
    verification: tables.Verification
    agent_id: str
    bought_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeSender:
    """Sends agent notices; one that may have arrived is never repeated."""

    lost: WeChatError | None = WeChatUnknown()

    def prepare(self, ports: Ports, db: Session, row: tables.Delivery) -> Notice | Result:
        """Return the notice; given up when no WeChat user is proven to be the card-holder."""
        verification = db.get_one(tables.Verification, row.verification_id)
        institution = db.get_one(tables.Institution, verification.institution_id)
        attempt = db.get_one(tables.Attempt, row.attempt_id)
        openid = _openid(ports, db, verification.cardholder_id, attempt.owner_index or "")
        if openid is None:
            return Result(DeliveryEvent.GIVE_UP, "not_bound")
        return Notice(openid, institution.name, verification, attempt.person_id or "", row.created_at)

    def call(self, ports: Ports, message: Notice) -> WeChatError | None:
        """Call WeChat; return its error, or None."""
        return calling.answer(lambda: _send(ports, message))

    def settle(self, ports: Ports, _db: Session, row: tables.Delivery, answer: WeChatError | None) -> Result:
        """Return the row's next step after WeChat's answer; retried for a day while WeChat is busy."""
        error = (str(answer) or type(answer).__name__) if answer else None
        match answer:
            case None:
                return Result(DeliveryEvent.DELIVER)
            case WeChatUnknown():
                return Result(DeliveryEvent.LOSE, error)
            case WeChatBusy() if ports.now() < row.created_at + GIVE_UP:
                return Result(DeliveryEvent.AGAIN, error, ports.now() + pause(row.tries, PATIENT))
        return Result(DeliveryEvent.GIVE_UP, error)


def _send(ports: Ports, message: Notice) -> None:
    """Send the message; raises what WeChat answers."""
    agent = ports.directory.person(message.agent_id)
    said = content.agent_notice(
        message.institution,
        message.verification.amount_fen,
        message.bought_at,
        person=mask(agent.name) if agent else "",
        order=message.verification.order_no,
    )
    data = content.written(said, ports.settings.agent_template_keys())
    ports.wechat.send_subscribed(message.openid, ports.settings.wechat_agent_template_id, PAGE, data)


def _openid(ports: Ports, db: Session, cardholder_id: str, at_the_counter: str) -> str | None:
    """Return the card-holder's openid, unless it is the one that held the phone at the counter."""
    row = tables.Binding
    own = select(row).where(row.person_id == cardholder_id, row.revoked_at.is_(None), row.proof.in_(OWN))
    others = own.where(row.openid_index != at_the_counter).order_by(row.created_at.desc())
    found = db.scalar(others.limit(1))
    return ports.vault.text(f"binding.openid:{found.id}", found.openid) if found else None
