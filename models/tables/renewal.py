"""Renewals of references by a frame of an upheld appeal."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.console.renewal import RenewalState


class Renewal(Base):
    """The renewal of a reference, at most one an appeal.

    `photo_id`: the held frame, or after a yes the new reference; `displaced`: the references it replaced.
    `until`: the end of the insured's time to answer or to revoke; `due_at`: when the job must act next, None
    when nothing is left to do; `owed`: photos to be destroyed.
    """

    __tablename__ = "renewal"
    __table_args__ = (
        Index(
            "ix_renewal_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    appeal_id: Mapped[str] = mapped_column(ForeignKey("appeal.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[RenewalState] = mapped_column(word(RenewalState))
    photo_id: Mapped[str | None] = mapped_column(String(32))
    displaced: Mapped[list[str]]
    owed: Mapped[list[str]]
    created_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]
    until: Mapped[datetime]
    due_at: Mapped[datetime | None]
