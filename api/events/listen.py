"""Forwards a sandbox's webhooks to a till on this machine, which the server cannot reach by itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, select

from api.events.webhooks import payload, sign
from api.outbound.http_post import Sent, send
from api.ports import Ports
from api.verification.record import WEBHOOK_TYPES
from models import tables
from models.domain.errors import Absent, Invalid

HERE = "127.0.0.1"
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Forwarded:
    """One forwarded webhook and the till's answer."""

    event_id: int
    kind: str
    order_no: str
    sent: Sent


def newest(ports: Ports, institution_id: str, url: str) -> int:
    """Return the newest event's id; raises unless the institution is a sandbox and the URL is local."""
    with ports.database.reading() as db:
        found = db.get(tables.Institution, institution_id)
        last = db.scalar(select(func.max(tables.Event.id)))
    if found is None:
        raise Absent("no such institution")
    if not found.sandbox:
        raise Invalid("only a sandbox's webhooks are forwarded", code="sandbox_only")
    if urlsplit(url).scheme != "http" or urlsplit(url).hostname != HERE:
        raise Invalid("webhooks are forwarded to this machine only: http://127.0.0.1:…", code="not_local")
    return last or 0


def forward(ports: Ports, institution_id: str, url: str, after: int) -> Iterator[Forwarded]:
    """Send the events after an id to the till, in order and freshly signed; yield each answer."""
    event, verification = tables.Event, tables.Verification
    wanted = (
        select(event, verification)
        .join(verification, verification.id == event.verification_id)
        .where(event.id > after, event.type.in_(WEBHOOK_TYPES), verification.institution_id == institution_id)
        .order_by(event.id)
        .limit(AT_ONCE)
    )
    with ports.database.reading() as db:
        institution = db.get_one(tables.Institution, institution_id)
        found = [(row, of) for row, of in db.execute(wanted)]
    secret = ports.vault.open(f"institution.webhook_secret:{institution.id}", institution.webhook_secret)
    for row, of in found:
        body = json.dumps(payload(f"dlv_listen_{row.id}", row, of), ensure_ascii=False).encode()
        signature = sign(secret, body, int(ports.now().timestamp()))
        yield Forwarded(row.id, row.type, of.order_no, send(url, [], body, signature, demo=True))
