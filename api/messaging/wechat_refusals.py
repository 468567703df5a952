"""WeChat's refusals: one log line each, and the last of each kind for the operator."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.ports import Ports
from models import tables
from models.database import Database
from models.domain.errors import Busy, Misconfigured
from wechat.errors import WeChatBusy, WeChatError, WeChatRefused
from wechat.gateway import CODE_CALL
from wechat.refusals import Kind, meaning

log = structlog.get_logger()


class Refusals:
    """Receives every refused call from the gateway; never raises."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def note(self, call: str, error: WeChatError) -> None:
        """Log the call and its errcode; store it unless it concerns one person only."""
        errcode = error.errcode if isinstance(error, WeChatRefused | WeChatBusy) else None
        if errcode is None:
            log.warning("wechat_silent", call=call, error=type(error).__name__)
            return
        kind = meaning(errcode, call).kind
        log.warning("wechat_refused", call=call, errcode=errcode, kind=kind.value)
        if kind is Kind.USER:
            return
        try:
            self._keep(call, errcode)
        except SQLAlchemyError as trouble:
            log.warning("wechat_refusal_not_kept", error=type(trouble).__name__)

    def _keep(self, call: str, errcode: int) -> None:
        """Count the refusal in the row of its call and errcode."""
        with self._database.transaction() as db:
            row = db.get(tables.WeChatRefusal, (call, errcode), with_for_update=True, populate_existing=True)
            if row is None:
                row = tables.WeChatRefusal(call=call, errcode=errcode, times=0, first_at=self._now())
                db.add(row)
            row.times, row.last_at = row.times + 1, self._now()


def trouble(error: WeChatError) -> Misconfigured | Busy:
    """Return the refusal to raise when a WeChat call fails for a reason that is not the caller's."""
    if isinstance(error, WeChatRefused) and error.kind is Kind.PERMANENT:
        return Misconfigured("WeChat refuses this installation; an operator must look at it")
    return Busy("WeChat does not answer; please try again")


def newest(ports: Ports) -> Sequence[tables.WeChatRefusal]:
    """Return WeChat's refusals, newest first: one row for each call and errcode."""
    row = tables.WeChatRefusal
    with ports.database.reading() as db:
        return db.scalars(select(row).order_by(row.last_at.desc())).all()


def codes_refused_since(ports: Ports, since: datetime) -> bool:
    """Tell whether WeChat has permanently refused to create codes or tokens since then."""
    row = tables.WeChatRefusal
    with ports.database.reading() as db:
        found = db.execute(select(row.call, row.errcode).where(row.last_at >= since)).all()
    return any(
        meaning(errcode, call).kind is Kind.PERMANENT and (call == CODE_CALL or call.endswith("token"))
        for call, errcode in found
    )
