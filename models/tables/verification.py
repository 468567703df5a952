"""Verifications of purchases, and redeemed receipts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.verification import VerificationState


class Verification(Base):
    """One purchase's check; `head` and `last_seq` are the tip of its event chain.

    `popup_holder` is the digest of the cookie set when the popup was first opened.
    """

    __tablename__ = "verification"
    __table_args__ = (
        Index(
            "uq_verification_live_order",
            "institution_id",
            "order_no",
            unique=True,
            sqlite_where=text("state NOT IN ('cancelled', 'lapsed')"),
            postgresql_where=text("state NOT IN ('cancelled', 'lapsed')"),
        ),
        Index("ix_verification_state_expires_at", "state", "expires_at"),
        Index("ix_verification_institution_id_order_no", "institution_id", "order_no"),
        Index("ix_verification_institution_id_created_at", "institution_id", "created_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"), index=True)
    order_no: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int]
    counter: Mapped[str] = mapped_column(String(64))
    cashier_id: Mapped[str] = mapped_column(String(64))
    cashier_name: Mapped[bytes] = mapped_column(LargeBinary)
    cardholder_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    credential: Mapped[bytes | None] = mapped_column(LargeBinary)
    notify_url: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[VerificationState] = mapped_column(word(VerificationState))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    popup_hash: Mapped[str] = mapped_column(String(64), unique=True)
    popup_holder: Mapped[str | None] = mapped_column(String(64))
    receipt: Mapped[str | None] = mapped_column(Text)
    receipt_jti: Mapped[str | None] = mapped_column(String(32), unique=True)
    last_seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64))
    __mapper_args__ = {"version_id_col": version}


class Redemption(Base):
    """The single use of a receipt for a settlement."""

    __tablename__ = "redemption"
    jti: Mapped[str] = mapped_column(String(32), primary_key=True)
    verification_id: Mapped[str] = mapped_column(ForeignKey("verification.id"))
    settlement_no: Mapped[str] = mapped_column(String(64))
    amount_fen: Mapped[int]
    created_at: Mapped[datetime]
