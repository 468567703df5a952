"""Console accounts, sessions, acts and reviews."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.console.operator import Role
from models.domain.console.review import Ground, Verdict


class Operator(Base):
    """A console account; it has no password until its invitation is used.

    `code_step`: the last 30-second step whose one-time code was used; each code is valid once.
    """

    __tablename__ = "operator"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    id_index: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(word(Role))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    code_secret: Mapped[bytes] = mapped_column(LargeBinary)
    code_step: Mapped[int] = mapped_column(default=0)
    recovery_hashes: Mapped[list[str]] = mapped_column(default=list)
    wrong: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    invitation_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invited_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class OperatorSession(Base):
    """A console session, found by the SHA-256 of its cookie; `code_at`: time of its last one-time code."""

    __tablename__ = "operator_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    operator_id: Mapped[str] = mapped_column(ForeignKey("operator.id"), index=True)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    code_at: Mapped[datetime]


class Act(Base):
    """One view or action of an operator: a link of the hash chain with an encrypted private part."""

    __tablename__ = "act"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(32), index=True)
    subject: Mapped[str | None] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    private: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    commitment: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Review(Base):
    """One reviewer's review of an appeal, from claim to verdict."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("appeal_id", "operator_id"),
        Index("ix_review_concluded_at", "concluded_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    appeal_id: Mapped[str] = mapped_column(ForeignKey("appeal.id"), index=True)
    operator_id: Mapped[str] = mapped_column(ForeignKey("operator.id"), index=True)
    claimed_at: Mapped[datetime]
    verdict: Mapped[Verdict | None] = mapped_column(word(Verdict))
    ground: Mapped[Ground | None] = mapped_column(word(Ground))
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    concluded_at: Mapped[datetime | None]
