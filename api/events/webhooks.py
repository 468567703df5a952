"""Sends webhooks: signed, at least once, given up after three days."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.outbound import outbox
from api.outbound.http_post import Sent, send
from api.outbound.outbox import Result
from api.ports import Ports
from models import tables
from models.domain.delivery import DUE, PATIENT, UNFINISHED, DeliveryEvent, DeliveryKind, pause

TOLERANCE_S = 300
# How many webhooks of one institution are sent before the next institution's turn.
TURN = 5
GIVE_UP = timedelta(days=3)


def sign(secret: bytes, body: bytes, unix_s: int) -> str:
    """Return the X-Signature header: HMAC-SHA256 over `t.body`, lower-case hex."""
    mac = hmac.new(secret, f"{unix_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={unix_s},v1={mac}"


def verify(secret: bytes, body: bytes, header: str, unix_s: int) -> bool:
    """Tell whether a received webhook is genuine and at most 300 s old."""
    fields = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    sent = fields.get("t", "")
    if not sent.isdecimal() or abs(unix_s - int(sent)) > TOLERANCE_S:
        return False
    claimed = f"t={sent},v1={fields.get('v1', '')}"
    return hmac.compare_digest(sign(secret, body, int(sent)).encode(), claimed.encode())


def deliver(ports: Ports, institution_id: str) -> None:
    """Send some of an institution's due webhooks, one after the other.

    Sequential, so that an unresponsive receiver delays only its own institution.
    """
    for _ in range(TURN):
        delivery_id = _next(ports, institution_id)
        if delivery_id is None:
            return
        outbox.send(ports, WebhookSender(), delivery_id)


def _next(ports: Ports, institution_id: str) -> str | None:
    """Return the institution's next due row, or None."""
    delivery = tables.Delivery
    due = delivery.state.in_(UNFINISHED), delivery.next_at <= ports.now()
    wanted = (
        select(delivery.id)
        .where(delivery.kind == DeliveryKind.WEBHOOK, *due, delivery.institution_id == institution_id)
        .order_by(delivery.next_at, delivery.event_id)
        .limit(1)
    )
    with ports.database.reading() as db:
        return db.scalar(wanted)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook to send: address, body and secret."""

    url: str
    networks: list[str]
    secret: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Sends webhooks at least once; receivers recognise a repetition by its id."""

    lost: Sent | None = None

    def prepare(self, ports: Ports, db: Session, row: tables.Delivery) -> Webhook | Result:
        """Return the address, the body and the signing secret."""
        verification = db.get_one(tables.Verification, row.verification_id)
        institution = db.get_one(tables.Institution, verification.institution_id)
        event = db.get_one(tables.Event, row.event_id)
        secret = ports.vault.open(f"institution.webhook_secret:{institution.id}", institution.webhook_secret)
        body = json.dumps(payload(row.id, event, verification), ensure_ascii=False).encode()
        return Webhook(verification.notify_url or "", institution.webhook_networks, secret, body)

    def call(self, ports: Ports, message: Webhook) -> Sent:
        """POST the body, signed now."""
        signature = sign(message.secret, message.body, int(ports.now().timestamp()))
        return send(message.url, message.networks, message.body, signature, demo=ports.settings.demo)

    def settle(self, ports: Ports, db: Session, row: tables.Delivery, answer: Sent) -> Result:
        """Give up after three days; further webhooks to an unresponsive host are delayed as long."""
        if answer.error is None:
            return Result(DeliveryEvent.DELIVER, status=answer.status)
        if ports.now() >= row.created_at + GIVE_UP:
            return Result(DeliveryEvent.GIVE_UP, answer.error, status=answer.status)
        again_at = ports.now() + pause(row.tries, PATIENT)
        if answer.status is None:
            _put_off(db, db.get_one(tables.Verification, row.verification_id), again_at)
        return Result(DeliveryEvent.AGAIN, answer.error, again_at, answer.status)


def payload(delivery_id: str, event: tables.Event, verification: tables.Verification) -> dict[str, object]:
    """Return the webhook's body; `id` is the same each time it is sent."""
    data = {**event.public, "verification_id": verification.id, "order_no": verification.order_no}
    return {"id": delivery_id, "type": event.type, "created": event.public["created"], "data": data}


def _put_off(db: Session, dead: tables.Verification, until: datetime) -> None:
    """Delay all of the institution's webhooks to one host until at least then.

    Other institutions are not affected: they may be allowed a network that this one is not.
    """
    verification, delivery = tables.Verification, tables.Delivery
    parts = urlsplit(dead.notify_url or "")
    same_host = verification.notify_url.startswith(f"{parts.scheme}://{parts.netloc}", autoescape=True)
    same = select(verification.id).where(verification.id == delivery.verification_id, same_host).exists()
    ours = delivery.kind == DeliveryKind.WEBHOOK, delivery.institution_id == dead.institution_id
    waiting = delivery.state.in_(DUE), delivery.next_at < until
    db.execute(update(delivery).where(*ours, *waiting, same).values(next_at=until))
