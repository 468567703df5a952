"""Telling the card-holder on WeChat that somebody else has bought with their card."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from api.messaging import content
from api.ports import Ports
from models import tables
from models.domain.delivery import CALL_TAKES_AT_MOST, PATIENT, UNFINISHED, DeliveryState, pause
from models.domain.person import OWN, mask
from wechat.errors import WeChatBusy, WeChatError, WeChatUnknown

PAGE = "pages/agents/agents"
GIVE_UP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class AgentNotice:
    """One message, ready to be sent."""

    openid: str
    data: dict[str, str]


def send(ports: Ports, delivery_id: str) -> None:
    """Send one notice of the outbox; what may have arrived is never sent again."""
    with ports.database.transaction() as db:
        delivery = db.get(tables.Delivery, delivery_id, with_for_update=True)
        if delivery is None or delivery.state not in UNFINISHED:
            return
        if delivery.state is DeliveryState.SENDING:
            if ports.now() >= delivery.next_at:
                delivery.state = DeliveryState.UNKNOWN
            return
        notice = _notice(ports, delivery)
        if notice is None:
            delivery.state, delivery.error = DeliveryState.DEAD, "not_bound"
            return
        delivery.state, delivery.next_at = DeliveryState.SENDING, ports.now() + CALL_TAKES_AT_MOST
        delivery.tries += 1
    error = _call(ports, notice)
    with ports.database.transaction() as db:
        _settle(ports, db.get_one(tables.Delivery, delivery_id), error)


def _notice(ports: Ports, delivery: tables.Delivery) -> AgentNotice | None:
    """Return what to say and to whom, or None when no WeChat is known to be the card-holder's own."""
    with ports.database.reading() as db:
        verification = db.get_one(tables.Verification, delivery.verification_id)
        institution = db.get_one(tables.Institution, verification.institution_id)
        attempt = db.get_one(tables.Attempt, delivery.attempt_id)
        row = tables.Binding
        own = select(row).where(row.person_id == verification.cardholder_id, row.revoked_at.is_(None))
        # Who held the phone at the counter need not be told.
        others = own.where(row.proof.in_(OWN), row.openid_index != (attempt.owner_index or ""))
        found = db.scalar(others.order_by(row.created_at.desc()).limit(1))
    if found is None:
        return None
    agent = ports.directory.person(attempt.person_id or "")
    said = content.agent_notice(
        institution.name,
        verification.amount_fen,
        delivery.created_at,
        person=mask(agent.name) if agent else "",
        order=verification.order_no,
    )
    data = content.written(said, ports.settings.agent_template_keys())
    return AgentNotice(ports.vault.text(f"binding.openid:{found.id}", found.openid), data)


def _call(ports: Ports, notice: AgentNotice) -> WeChatError | None:
    """Call WeChat; return what went wrong, or None."""
    template = ports.settings.wechat_agent_template_id
    try:
        ports.wechat.send_subscribed(notice.openid, template, PAGE, notice.data)
    except WeChatError as error:
        return error
    return None


def _settle(ports: Ports, delivery: tables.Delivery, error: WeChatError | None) -> None:
    """Write down what became of the call."""
    delivery.error = (str(error) or type(error).__name__) if error else None
    match error:
        case None:
            delivery.state = DeliveryState.DELIVERED
        case WeChatUnknown():
            delivery.state = DeliveryState.UNKNOWN
        case WeChatBusy() if ports.now() < delivery.created_at + GIVE_UP:
            delivery.state = DeliveryState.RETRY
            delivery.next_at = ports.now() + pause(delivery.tries, PATIENT)
        case _:
            delivery.state = DeliveryState.DEAD
