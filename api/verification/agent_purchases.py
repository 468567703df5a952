"""Records a purchase by an agent, in the transaction that ends the verification."""

from sqlalchemy.orm import Session

from api.ports import Ports
from api.verification.record import to_send
from models import tables
from models.domain.agent import is_agent, month
from models.domain.delivery import DeliveryKind


def note(
    ports: Ports, db: Session, verification: tables.Verification, attempt: tables.Attempt | None
) -> None:
    """Record who acted for the card-holder, and queue their notice where a template is configured."""
    if attempt is None or attempt.person_id is None or not is_agent(attempt.relation):
        return
    db.add(
        tables.AgentPurchase(
            id=ports.new_id("agc"),
            verification_id=verification.id,
            attempt_id=attempt.id,
            cardholder_id=verification.cardholder_id,
            agent_id=attempt.person_id,
            relation=attempt.relation,
            related=attempt.listed,
            result=verification.state,
            month=month(ports.local()),
            created_at=ports.now(),
        )
    )
    if ports.settings.wechat_agent_template_id:
        db.add(to_send(ports, verification, DeliveryKind.NOTICE, attempt_id=attempt.id))
