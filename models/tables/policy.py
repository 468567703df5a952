"""Policy versions; append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PolicyVersion(Base):
    """One version of all thresholds, in force from `approved_at` until the next.

    A withdrawn proposal can no longer be approved. `mac` is a keyed digest of the whole row.
    """

    __tablename__ = "policy"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    author: Mapped[str] = mapped_column(String(64))
    approver: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]
    mac: Mapped[str | None] = mapped_column(String(64))
