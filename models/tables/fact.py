"""Facts of every decision, for tuning, monitoring and audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.attempt import Channel
from models.domain.decision import Outcome
from models.domain.provider import Provider


class DecisionFact(Base):
    """A decision's circumstances, and its report packed and encrypted for this row.

    `district` and `device` are the values at the time; `model_set` is a digest of the models' names and
    weights. `mac` covers every column and the decision's own report. `emptied_at`: when the scores were
    deleted, by withdrawal, erasure or age.
    """

    __tablename__ = "decision_fact"
    __table_args__ = (
        Index(
            "ix_decision_fact_full",
            "decided_at",
            sqlite_where=text("emptied_at IS NULL"),
            postgresql_where=text("emptied_at IS NULL"),
        ),
    )
    challenge_id: Mapped[str] = mapped_column(ForeignKey("decision.challenge_id"), primary_key=True)
    decided_at: Mapped[datetime] = mapped_column(index=True)
    institution_id: Mapped[str] = mapped_column(String(32))
    district: Mapped[str | None] = mapped_column(String(32))
    age_band: Mapped[str] = mapped_column(String(8))
    sex: Mapped[str | None] = mapped_column(String(8))
    channel: Mapped[Channel] = mapped_column(word(Channel))
    provider: Mapped[Provider] = mapped_column(word(Provider))
    device: Mapped[str | None] = mapped_column(String(64))
    model_set: Mapped[str | None] = mapped_column(String(16))
    policy_version: Mapped[int]
    overrides: Mapped[dict[str, Any]]
    arm: Mapped[str] = mapped_column(String(16))
    amount_fen: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(word(Outcome, 16))
    reason: Mapped[str] = mapped_column(String(32))
    report: Mapped[bytes | None] = mapped_column(LargeBinary)
    mac: Mapped[str] = mapped_column(String(64))
    emptied_at: Mapped[datetime | None]
