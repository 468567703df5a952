"""Webhooks: signed, sent at least once, given up after three days."""

import hashlib
import hmac
import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from api.addresses import Target, resolve
from api.ports import Ports
from models import tables
from models.domain.errors import Refusal

TOLERANCE_S = 300
TIMEOUT_S = 5
GIVE_UP = timedelta(days=3)
BACK_OFF_S = (1, 5, 15, 60, 300, 900, 3600)
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
    return hmac.compare_digest(sign(secret, body, int(sent)), f"t={sent},v1={fields.get('v1', '')}")


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one webhook: the receiver's status, or what kept it from answering."""

    status: int | None
    error: str | None


def deliver(ports: Ports, delivery_id: str) -> None:
    """Send one webhook of the outbox and write down what became of it."""
    prepared = _prepare(ports, delivery_id)
    if prepared is None:
        return
    url, networks, secret, body = prepared
    signature = sign(secret, body, int(ports.now().timestamp()))
    _conclude(ports, delivery_id, send(ports, (url, networks), body, signature))


def send(ports: Ports, to: tuple[str, list[str]], body: bytes, signature: str) -> Sent:
    """POST one signed body to an address, with the networks its institution was allowed."""
    try:
        status = _post(resolve(to[0], ports.settings.demo, to[1]), body, signature)
    except (OSError, http.client.HTTPException, Refusal) as failure:
        return Sent(None, type(failure).__name__)
    return Sent(status, None if 200 <= status < 300 else f"HTTP {status}")


def _prepare(ports: Ports, delivery_id: str) -> tuple[str, list[str], bytes, bytes] | None:
    """Lease the row and return where to, what and with which secret; None when it is done."""
    with ports.database.transaction() as db:
        row = db.get(tables.Delivery, delivery_id)
        if row is None or row.state not in ("pending", "retry"):
            return None
        row.tries += 1
        row.next_at = ports.now() + LEASE
        verification = db.get_one(tables.Verification, row.verification_id)
        institution = db.get_one(tables.Institution, verification.institution_id)
        event = db.get_one(tables.Event, row.event_id)
        secret = ports.vault.open(f"institution.webhook_secret:{institution.id}", institution.webhook_secret)
        body = json.dumps(payload(row.id, event, verification), ensure_ascii=False).encode()
        return verification.notify_url or "", institution.webhook_networks, secret, body


def payload(delivery_id: str, event: tables.Event, verification: tables.Verification) -> dict[str, Any]:
    """Return the webhook's body; `id` is the same each time it is sent."""
    data = {**event.public, "verification_id": verification.id, "order_no": verification.order_no}
    return {"id": delivery_id, "type": event.type, "created": event.public["created"], "data": data}


def _post(target: Target, body: bytes, signature: str) -> int:
    """POST to the address that was checked, following no redirect; return the status."""
    connection = _Pinned(target)
    try:
        headers = {"Content-Type": "application/json", "X-Signature": signature, "User-Agent": "yibao-face/1"}
        connection.request("POST", target.path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to one resolved address, with TLS for the name it was resolved from."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_S)
        self._target = target

    def connect(self) -> None:
        """Connect to the pinned address."""
        self.sock = socket.create_connection((self._target.address, self._target.port), TIMEOUT_S)
        if self._target.scheme == "https":
            tls = ssl.create_default_context()
            self.sock = tls.wrap_socket(self.sock, server_hostname=self._target.host)


def _conclude(ports: Ports, delivery_id: str, sent: Sent) -> None:
    """Mark the row delivered, due again, or given up."""
    with ports.database.transaction() as db:
        row = db.get_one(tables.Delivery, delivery_id)
        row.error, row.last_status, row.last_at = sent.error, sent.status, ports.now()
        if sent.error is None:
            row.state = "delivered"
        elif ports.now() >= row.created_at + GIVE_UP:
            row.state = "dead"
        else:
            wait = BACK_OFF_S[min(row.tries, len(BACK_OFF_S)) - 1]
            row.state, row.next_at = "retry", ports.now() + timedelta(seconds=wait)
