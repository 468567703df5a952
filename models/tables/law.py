"""What the law on personal data asks to be kept."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Assessment(Base):
    """An impact assessment: the digest of its document, who wrote it down and what it names; append-only."""

    __tablename__ = "assessment"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_sha256: Mapped[str] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(64))
    purposes: Mapped[list[str]]
    at: Mapped[datetime] = mapped_column(index=True)
