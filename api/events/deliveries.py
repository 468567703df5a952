"""The webhook log: what was sent, the receivers' answers, and resending."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from api.ports import Ports
from api.verification.lifecycle import get
from models import tables
from models.domain.delivery import DeliveryEvent, DeliveryKind, DeliveryState, advance
from models.domain.errors import Absent

NEWEST = 200
Rows = Select[tables.Delivery, tables.Event, str, str, str | None]


@dataclass(frozen=True, slots=True)
class Logged:
    """One webhook of the outbox with its event."""

    delivery: tables.Delivery
    event: tables.Event
    institution_id: str
    order_no: str
    notify_url: str | None

    @property
    def state(self) -> DeliveryState:
        """Return the public state: a webhook whose call is running counts as pending."""
        if self.delivery.state is not DeliveryState.SENDING:
            return self.delivery.state
        return DeliveryState.RETRY if self.delivery.tries > 1 else DeliveryState.PENDING


def of_verification(ports: Ports, institution_id: str, verification_id: str) -> list[Logged]:
    """Return the webhooks of the institution's verification in order, or raise Absent."""
    get(ports, institution_id, verification_id)
    return _read(ports, _rows().where(tables.Delivery.verification_id == verification_id))


def newest(ports: Ports, institution_id: str | None, state: str | None) -> list[Logged]:
    """Return the newest webhooks, optionally of one institution and in one state; oldest first."""
    wanted = _rows().order_by(None).order_by(tables.Event.id.desc()).limit(NEWEST)
    if institution_id:
        wanted = wanted.where(tables.Verification.institution_id == institution_id)
    if state:
        wanted = wanted.where(tables.Delivery.state == state)
    return _read(ports, wanted)[::-1]


def resend(ports: Ports, institution_id: str, verification_id: str, delivery_id: str) -> Logged:
    """Schedule a webhook of the institution's verification to be sent again now, with the same id."""
    get(ports, institution_id, verification_id)
    ours = tables.Delivery.id == delivery_id, tables.Delivery.verification_id == verification_id
    return _again(ports, _rows().where(*ours))


def resend_any(ports: Ports, delivery_id: str) -> Logged:
    """Schedule any institution's webhook to be sent again, for an administrator."""
    return _again(ports, _rows().where(tables.Delivery.id == delivery_id))


def _again(ports: Ports, wanted: Rows) -> Logged:
    with ports.database.transaction() as db:
        found = db.execute(wanted).one_or_none()
        if found is None:
            raise Absent
        logged = Logged(*found)
        logged.delivery.state = advance(logged.delivery.state, DeliveryEvent.RESEND)
        logged.delivery.next_at = ports.now()
        return logged


def _rows() -> Rows:
    """Select webhooks only, never pushes to a person's phone."""
    told = tables.Verification
    return (
        select(tables.Delivery, tables.Event, told.institution_id, told.order_no, told.notify_url)
        .join(tables.Event, tables.Event.id == tables.Delivery.event_id)
        .join(told, told.id == tables.Delivery.verification_id)
        .where(tables.Delivery.kind == DeliveryKind.WEBHOOK)
        .order_by(tables.Event.id)
    )


def _read(ports: Ports, wanted: Rows) -> list[Logged]:
    with ports.database.reading() as db:
        return [Logged(*row) for row in db.execute(wanted)]
