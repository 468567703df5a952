"""Events, deliveries, stored responses, guess tallies and worker bookkeeping."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.delivery import DeliveryKind, DeliveryState
from models.domain.identity.guess import GuessKind


class Event(Base):
    """One change: audit row, SSE message, webhook body and timeline entry in one."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("verification_id", "seq"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    verification_id: Mapped[str] = mapped_column(ForeignKey("verification.id"))
    seq: Mapped[int]
    type: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(index=True)
    public: Mapped[dict[str, Any]]
    private: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    commitment: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ArchiveChunk(Base):
    """A chunk of the archive: the digest of its bytes, and how far events and acts are exported with it."""

    __tablename__ = "archive_chunk"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    event_id: Mapped[int]
    act_seq: Mapped[int]
    at: Mapped[datetime]


class Delivery(Base):
    """A row of the outbox: something to send, until sent or given up."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_state_next_at", "state", "next_at", "id"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[DeliveryKind] = mapped_column(word(DeliveryKind, 16))
    verification_id: Mapped[str] = mapped_column(ForeignKey("verification.id"), index=True)
    institution_id: Mapped[str] = mapped_column(String(32))
    attempt_id: Mapped[str | None] = mapped_column(String(32))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    state: Mapped[DeliveryState] = mapped_column(word(DeliveryState, 16), default=DeliveryState.PENDING)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    error: Mapped[str | None] = mapped_column(String(200))
    last_status: Mapped[int | None]
    last_at: Mapped[datetime | None]


class Idempotency(Base):
    """The encrypted response to a repeatable request."""

    __tablename__ = "idempotency"
    institution_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    body_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)


class GuessTally(Base):
    """Guesses of one kind by one subject on one day."""

    __tablename__ = "guess_tally"
    kind: Mapped[GuessKind] = mapped_column(word(GuessKind), primary_key=True)
    subject: Mapped[str] = mapped_column(String(128), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    asked: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)


class RateCount(Base):
    """How often something was done in one window of time, where no Redis counts it; the key names nobody."""

    __tablename__ = "rate_count"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    counted: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)


class Miss(Base):
    """A look-up that found nobody; the limits of the last hour count these."""

    __tablename__ = "miss"
    __table_args__ = (Index("ix_miss_institution_id_at", "institution_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    institution_id: Mapped[str] = mapped_column(String(32))
    counter: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class WriteProbe(Base):
    """The single row that health checks write."""

    __tablename__ = "write_probe"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime | None]


class WorkerBeat(Base):
    """When a worker last finished a sweep, by its own clock, and how long it took."""

    __tablename__ = "worker_beat"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]
    sweep_ms: Mapped[int]


class ChoreLease(Base):
    """Until when one worker of the cluster has a chore to itself."""

    __tablename__ = "chore_lease"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    until: Mapped[datetime]


class DoomedObject(Base):
    """An unreferenced key of the object store that is still to be deleted."""

    __tablename__ = "doomed_object"
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    at: Mapped[datetime]
