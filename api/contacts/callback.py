"""What WeChat pushes to us: checked, remembered, and written down as facts in one small transaction."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from api.contacts import credits
from api.ports import Ports
from models import tables
from models.domain.errors import Absent, Forbidden
from wechat.callbacks import Callback, CallbackRefused, Callbacks

# Twice WeChat's window of 300 s: a nonce older than this comes with a time that is refused anyway.
NONCES = timedelta(seconds=600)

log = structlog.get_logger()


def echo(ports: Ports, query: Mapping[str, str]) -> str:
    """Answer WeChat's check of the address; raises Forbidden `callback_refused`."""
    try:
        return _callbacks(ports).echo(query, ports.now())
    except CallbackRefused as error:
        raise _refusal(error) from None


def receive(ports: Ports, query: Mapping[str, str], body: bytes) -> int:
    """Take one callback in; return how many facts were new.

    Idempotent: a nonce with the same body is passed over, one with another body
    is refused, and a fact that is known stays one fact. Raises Forbidden `callback_refused`.
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
    """Write down what the events say; tell for each whether it was new."""
    return [
        credits.learn(ports, db, ports.vault.index("openid", event.openid), event.template_id, fact)
        for event in callback.events
        if (fact := credits.from_event(event)) is not None
    ]


def _callbacks(ports: Ports) -> Callbacks:
    """Return what opens callbacks; where none are expected the address is absent."""
    callbacks = ports.settings.callbacks()
    if callbacks is None:
        raise Absent
    return callbacks


def _refusal(error: CallbackRefused) -> Forbidden:
    """Return the one answer to everything that is not WeChat's; only the log says which it was."""
    log.warning("callback_refused", why=error.why)
    return Forbidden("this is no callback of WeChat's", code="callback_refused")
