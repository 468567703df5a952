"""Receives WeChat's callbacks: verifies, deduplicates, and stores them as facts in one short transaction."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from api.contacts import credits
from api.ports import Ports
from models import tables
from models.domain.errors import Absent, Forbidden
from wechat.callbacks import Callback, CallbackRefused, Callbacks

# Twice WeChat's window of 300 s: older nonces come with a timestamp that is refused anyway.
NONCES = timedelta(seconds=600)

log = structlog.get_logger()


def echo(ports: Ports, query: Mapping[str, str]) -> str:
    """Answer WeChat's verification of the address; raises Forbidden `callback_refused`."""
    try:
        return _callbacks(ports).echo(query, ports.now())
    except CallbackRefused as error:
        raise _refusal(error) from None


def receive(ports: Ports, query: Mapping[str, str], body: bytes) -> int:
    """Store one callback's facts; return how many were new.

    Idempotent: a known nonce with the same body is skipped, one with another body is refused, and a known
    fact is not stored twice. Raises Forbidden `callback_refused`.
    """
    try:
        callback = _callbacks(ports).opened(query, body, ports.now())
    except CallbackRefused as error:
        raise _refusal(error) from None
    with ports.database.transaction() as db:
        earlier = db.get(tables.CallbackNonce, callback.nonce)
        if earlier is not None:
            if earlier.body_sha256 != callback.body_sha256:
                raise _refusal(CallbackRefused("nonce"))
            return 0
        db.add(
            tables.CallbackNonce(nonce=callback.nonce, body_sha256=callback.body_sha256, seen_at=ports.now())
        )
        return sum(_learn(ports, db, callback))


def _learn(ports: Ports, db: Session, callback: Callback) -> list[bool]:
    """Store the events' facts; return for each whether it was new."""
    return [
        credits.learn(ports, db, ports.vault.index("openid", event.openid), event.template_id, fact)
        for event in callback.events
        if (fact := credits.from_event(event)) is not None
    ]


def _callbacks(ports: Ports) -> Callbacks:
    """Return the decoder of callbacks; raises Absent where none are configured."""
    callbacks = ports.settings.callbacks()
    if callbacks is None:
        raise Absent
    return callbacks


def _refusal(error: CallbackRefused) -> Forbidden:
    """Return the same refusal for every invalid callback; only the log tells the reason."""
    log.warning("callback_refused", why=error.why)
    return Forbidden("this is no callback of WeChat's", code="callback_refused")
