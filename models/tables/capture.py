"""Challenges, their captures, decisions, and the frame memory."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.decision import Outcome


class Challenge(Base):
    """One try: the drawn challenge, its policy, and the stored result.

    `told_ms`: when each colour was sent to the phone, counted from the challenge's creation.
    """

    __tablename__ = "challenge"
    __table_args__ = (UniqueConstraint("attempt_id", "number"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), index=True)
    number: Mapped[int]
    actions: Mapped[list[str]]
    colours: Mapped[list[dict[str, Any]]]
    told_ms: Mapped[list[int]] = mapped_column(default=list)
    evidence_at_ms: Mapped[list[int]]
    policy_version: Mapped[int]
    risk: Mapped[dict[str, Any] | None]
    device: Mapped[str | None] = mapped_column(String(64))
    swapped: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Capture(Base):
    """The frames of a challenge together; `lag_ms` is the least time from filming to arrival."""

    __tablename__ = "capture"
    __table_args__ = (
        Index(
            "ix_capture_kept",
            "first_at",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )
    challenge_id: Mapped[str] = mapped_column(ForeignKey("challenge.id"), primary_key=True)
    first_at: Mapped[datetime]
    frames: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)
    late_ms: Mapped[int] = mapped_column(default=0)
    lag_ms: Mapped[int | None]
    deleted_at: Mapped[datetime | None]


class Frame(Base):
    """One frame: its encrypted observation; evidence frames also have an encrypted file."""

    __tablename__ = "frame"
    challenge_id: Mapped[str] = mapped_column(ForeignKey("capture.challenge_id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    t_ms: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    mirrored: Mapped[bool]
    sha256: Mapped[str] = mapped_column(String(64))
    observation: Mapped[bytes] = mapped_column(LargeBinary)
    file_key: Mapped[str | None] = mapped_column(String(128))


class SeenFrame(Base):
    """A frame that was filmed once and must never count again."""

    __tablename__ = "seen_frame"
    __table_args__ = (
        Index("ix_seen_frame_similar", "person_id", "institution_id", "seen_at"),
        Index(
            "ix_seen_frame_not_stripped",
            "seen_at",
            sqlite_where=text("phash <> ''"),
            postgresql_where=text("phash <> ''"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    phash: Mapped[str] = mapped_column(String(16))
    movement: Mapped[list[float] | None]
    challenge_id: Mapped[str] = mapped_column(String(32), index=True)
    seq: Mapped[int]
    t_ms: Mapped[int]
    person_id: Mapped[str | None] = mapped_column(String(32))
    institution_id: Mapped[str] = mapped_column(String(32))
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Decision(Base):
    """The decision on one try; the report (scores) is encrypted."""

    __tablename__ = "decision"
    # Its later columns are what the error rates need of a decision: they are read from the index alone.
    __table_args__ = (
        Index("ix_decision_created_at", "created_at", "challenge_id", "attempt_id", "person_id"),
    )
    challenge_id: Mapped[str] = mapped_column(ForeignKey("challenge.id"), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), index=True)
    person_id: Mapped[str | None] = mapped_column(String(32))
    outcome: Mapped[Outcome] = mapped_column(word(Outcome, 16))
    reason: Mapped[str] = mapped_column(String(32))
    hint: Mapped[str | None] = mapped_column(String(32))
    counted: Mapped[bool]
    report: Mapped[bytes | None] = mapped_column(LargeBinary)
    policy_version: Mapped[int]
    created_at: Mapped[datetime]
