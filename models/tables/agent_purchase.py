"""Purchases by somebody other than the card-holder."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.agent import Finding
from models.domain.verification import VerificationState


class AgentPurchase(Base):
    """One purchase by an agent, the card-holder's dispute, and the finding.

    `related`: agent and card-holder are recorded relatives; others count for the agent's quota of `month`.
    """

    __tablename__ = "agency"
    __table_args__ = (
        Index("ix_agency_agent_id_month", "agent_id", "month"),
        Index("ix_agency_disputed_at", "disputed_at", "id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    verification_id: Mapped[str] = mapped_column(ForeignKey("verification.id"), unique=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"))
    cardholder_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    relation: Mapped[str] = mapped_column(String(16))
    related: Mapped[bool]
    result: Mapped[VerificationState] = mapped_column(word(VerificationState))
    month: Mapped[str] = mapped_column(String(7))
    created_at: Mapped[datetime]
    disputed_at: Mapped[datetime | None]
    statement: Mapped[bytes | None] = mapped_column(LargeBinary)
    finding: Mapped[Finding | None] = mapped_column(word(Finding))
    concluded_at: Mapped[datetime | None]
    reviewer: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
