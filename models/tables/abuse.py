"""Alerts of abuse, and what was made of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.abuse.alert import About, AlertKind
from models.domain.abuse.handling import AlertState


class Alert(Base):
    """One finding about one subject, renewed for as long as it is found.

    `numbers` are what its sentence says, `cases` verifications, the most telling first; `known` those of them
    that whoever handled it could see, `reason` theirs, sealed.
    """

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("kind", "about", "subject"),
        Index("ix_alert_state", "state", "last_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[AlertKind] = mapped_column(word(AlertKind))
    about: Mapped[About] = mapped_column(word(About))
    subject: Mapped[str] = mapped_column(String(128))
    numbers: Mapped[dict[str, Any]]
    cases: Mapped[list[str]]
    strength: Mapped[float]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    state: Mapped[AlertState] = mapped_column(word(AlertState))
    until: Mapped[datetime | None]
    known: Mapped[list[str]] = mapped_column(default=list)
    handled_by: Mapped[str | None] = mapped_column(String(32))
    handled_at: Mapped[datetime | None]
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    number: Mapped[int] = mapped_column(default=0)
    __mapper_args__ = {"version_id_col": number}
