"""The outbox: lease a row, call its receiver outside every transaction, record the result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from api.figures.counted import DELIVERIES
from api.logs import about
from api.ports import Ports
from models import tables
from models.domain.delivery import LEASES, DeliveryEvent, DeliveryState, advance, is_due

Message = TypeVar("Message")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Result:
    """A row's transition: the event, the error, and when to retry."""

    event: DeliveryEvent
    error: str | None = None
    again_at: datetime | None = None
    status: int | None = None


class Sender(Protocol[Message, Answer]):
    """The part of the outbox that differs by kind of delivery."""

    @property
    def lost(self) -> Answer | None:
        """Return the answer to assume when a worker died during the call, or None if it may be repeated."""

    def prepare(self, ports: Ports, db: Session, row: tables.Delivery) -> Message | Result:
        """Return the message, read in the lease's transaction, or the result if no call is needed."""

    def call(self, ports: Ports, message: Message) -> Answer:
        """Call the receiver, outside every transaction."""

    def settle(self, ports: Ports, db: Session, row: tables.Delivery, answer: Answer) -> Result:
        """Apply the answer outside the outbox; return the row's transition."""


@dataclass(frozen=True, slots=True)
class Leased(Generic[Message]):
    """A message that only this worker may send now."""

    message: Message
    tries: int


def send(ports: Ports, sender: Sender[Message, Answer], delivery_id: str) -> None:
    """Send one row if it is due; concurrent workers send it once."""
    leased = _lease(ports, sender, delivery_id)
    if leased is None:
        return
    answer = sender.call(ports, leased.message)
    with ports.database.transaction() as db:
        row = _locked(db, delivery_id)
        # The row was resent or leased again during the call: the newer call counts.
        if row is not None and row.state is DeliveryState.SENDING and row.tries == leased.tries:
            _apply(ports, row, sender.settle(ports, db, row, answer))


def leased_at(row: tables.Delivery) -> datetime:
    """Return when the running call of a row began."""
    return row.next_at - LEASES[row.kind]


def _lease(ports: Ports, sender: Sender[Message, Answer], delivery_id: str) -> Leased[Message] | None:
    """Return the message if this worker obtains its lease."""
    with ports.database.transaction() as db:
        row = _locked(db, delivery_id)
        if row is None or not is_due(row.state, row.next_at, ports.now()):
            return None
        about(institution_id=row.institution_id, verification_id=row.verification_id)
        if row.state is DeliveryState.SENDING and sender.lost is not None:
            _apply(ports, row, sender.settle(ports, db, row, sender.lost))
            return None
        prepared = sender.prepare(ports, db, row)
        if isinstance(prepared, Result):
            _apply(ports, row, prepared)
            return None
        row.state = advance(row.state, DeliveryEvent.LEASE)
        row.tries, row.next_at = row.tries + 1, ports.now() + LEASES[row.kind]
        return Leased(prepared, row.tries)


def _locked(db: Session, delivery_id: str) -> tables.Delivery | None:
    """Return the row, locked until the commit; a verification is always locked before its delivery."""
    return db.get(tables.Delivery, delivery_id, with_for_update=True, populate_existing=True)


def _apply(ports: Ports, row: tables.Delivery, result: Result) -> None:
    """Apply a transition to the row."""
    row.state = advance(row.state, result.event)
    DELIVERIES.labels(row.kind, result.event).inc()
    row.error, row.last_status, row.last_at = result.error, result.status, ports.now()
    if result.again_at is not None:
        row.next_at = result.again_at
