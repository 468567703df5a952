"""Appeals and their reviews."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.appeal import AppealReason, AppealState
from models.domain.console.recovery import RecoveryState


class Appeal(Base):
    """An appeal: the insured's reason and statement, and the review's outcome.

    `drawn`: sampled when lodged, to be judged by two reviewers. `asked`: what a reviewer requested of the
    insured; `answer`: their written answer.
    """

    __tablename__ = "appeal"
    __table_args__ = (
        Index("ix_appeal_state", "state", "created_at"),
        Index(
            "ix_appeal_reviewed_with_photos",
            "reviewed_at",
            sqlite_where=text("reviewed_at IS NOT NULL AND photos_deleted_at IS NULL"),
            postgresql_where=text("reviewed_at IS NOT NULL AND photos_deleted_at IS NULL"),
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"), unique=True)
    verification_id: Mapped[str] = mapped_column(ForeignKey("verification.id"), index=True)
    institution_id: Mapped[str] = mapped_column(String(32), index=True)
    person_id: Mapped[str | None] = mapped_column(String(32), index=True)
    openid_index: Mapped[str] = mapped_column(String(64), index=True)
    cashier_id: Mapped[str] = mapped_column(String(64), index=True)
    counter: Mapped[str] = mapped_column(String(64))
    reason: Mapped[AppealReason] = mapped_column(word(AppealReason))
    statement: Mapped[bytes] = mapped_column(LargeBinary)
    photo_keys: Mapped[list[str]]
    drawn: Mapped[bool] = mapped_column(default=False)
    state: Mapped[AppealState] = mapped_column(word(AppealState))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(index=True)
    reviewed_at: Mapped[datetime | None]
    photos_deleted_at: Mapped[datetime | None]
    reviewer: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked: Mapped[list[str] | None]
    asked_note: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": version}


class Recovery(Base):
    """The amount of a rejected appeal, until recovered or waived."""

    __tablename__ = "recovery"
    __table_args__ = (
        Index("ix_recovery_opened_at", "opened_at", "id"),
        Index("ix_recovery_state_opened_at", "state", "opened_at", "id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    appeal_id: Mapped[str] = mapped_column(ForeignKey("appeal.id"), unique=True)
    amount_fen: Mapped[int]
    state: Mapped[RecoveryState] = mapped_column(word(RecoveryState))
    opened_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
