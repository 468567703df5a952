"""Webhooks: signed, sent at least once, given up after three days."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.outbound.http_post import Sent, send
from api.ports import Ports
from models import tables
from models.domain.delivery import DUE, PATIENT, DeliveryState, pause

TOLERANCE_S = 300
# How many one institution may get sent before it is another one's turn.
TURN = 5
GIVE_UP = timedelta(days=3)
LEASE = timedelta(seconds=30)


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
    """Send some of what is due of one institution, one after the other, and write down what became of it.

    One at a time, so that a dead receiver holds up no more than its own institution.
    """
    for _ in range(TURN):
        prepared = _prepare(ports, institution_id)
        if prepared is None:
            return
        signature = sign(prepared.secret, prepared.body, int(ports.now().timestamp()))
        demo = ports.settings.demo
        sent = send(prepared.url, prepared.networks, prepared.body, signature, demo=demo)
        _conclude(ports, prepared, sent)


@dataclass(frozen=True, slots=True)
class Prepared:
    """One webhook on its way: where to, what, and with which secret."""

    delivery_id: str
    institution_id: str
    url: str
    networks: list[str]
    secret: bytes
    body: bytes


def _prepare(ports: Ports, institution_id: str) -> Prepared | None:
    """Lease the institution's next due row; None when there is none."""
    delivery, ours = tables.Delivery, tables.Verification.institution_id == institution_id
    wanted = (
        select(delivery)
        .join(tables.Verification, tables.Verification.id == delivery.verification_id)
        .where(delivery.kind == "webhook", delivery.state.in_(DUE), delivery.next_at <= ports.now(), ours)
        .order_by(delivery.next_at, delivery.event_id)
        .limit(1)
        .with_for_update(skip_locked=True, of=delivery)
    )
    with ports.database.transaction() as db:
        row = db.scalar(wanted)
        if row is None:
            return None
        row.tries += 1
        row.next_at = ports.now() + LEASE
        verification = db.get_one(tables.Verification, row.verification_id)
        institution = db.get_one(tables.Institution, verification.institution_id)
        event = db.get_one(tables.Event, row.event_id)
        secret = ports.vault.open(f"institution.webhook_secret:{institution.id}", institution.webhook_secret)
        body = json.dumps(payload(row.id, event, verification), ensure_ascii=False).encode()
        url = verification.notify_url or ""
        return Prepared(row.id, institution_id, url, institution.webhook_networks, secret, body)


def payload(delivery_id: str, event: tables.Event, verification: tables.Verification) -> dict[str, object]:
    """Return the webhook's body; `id` is the same each time it is sent."""
    data = {**event.public, "verification_id": verification.id, "order_no": verification.order_no}
    return {"id": delivery_id, "type": event.type, "created": event.public["created"], "data": data}


def _conclude(ports: Ports, prepared: Prepared, sent: Sent) -> None:
    """Mark the row delivered, due again, or given up; what else goes to a dead address waits too."""
    with ports.database.transaction() as db:
        row = db.get_one(tables.Delivery, prepared.delivery_id)
        row.error, row.last_status, row.last_at = sent.error, sent.status, ports.now()
        if sent.error is None:
            row.state = DeliveryState.DELIVERED
        elif ports.now() >= row.created_at + GIVE_UP:
            row.state = DeliveryState.DEAD
        else:
            row.state, row.next_at = DeliveryState.RETRY, ports.now() + pause(row.tries, PATIENT)
            if sent.status is None:
                _put_off(db, prepared, row.next_at)


def _put_off(db: Session, dead: Prepared, until: datetime) -> None:
    """Let everything of the institution for one host wait at least until then.

    Of no other institution: it may be allowed a network that this one is not.
    """
    verification, delivery = tables.Verification, tables.Delivery
    parts = urlsplit(dead.url)
    same = select(verification.id).where(
        verification.institution_id == dead.institution_id,
        verification.notify_url.startswith(f"{parts.scheme}://{parts.netloc}", autoescape=True),
    )
    waiting = delivery.kind == "webhook", delivery.state.in_(DUE), delivery.next_at < until
    db.execute(update(delivery).where(delivery.verification_id.in_(same), *waiting).values(next_at=until))
