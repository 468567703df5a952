"""Records that the law on personal data requires."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.law.request import RequestKind, RequestState


class Assessment(Base):
    """An impact assessment: digest of the report, who recorded it, and its purposes; append-only."""

    __tablename__ = "assessment"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_sha256: Mapped[str] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(64))
    purposes: Mapped[list[str]]
    at: Mapped[datetime] = mapped_column(index=True)


class SubjectRequest(Base):
    """A person's request about their own data, until it is fulfilled.

    A deletion is open until every object is deleted: `owed` are the keys known when it began, `proof` the
    deletions verified, `receipt` a compact JWS of it for the person.
    """

    __tablename__ = "subject_request"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(word(RequestKind))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    openid_index: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[RequestState] = mapped_column(word(RequestState), index=True)
    statement: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(32))
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    owed: Mapped[list[str]] = mapped_column(default=list)
    proof: Mapped[dict[str, Any]] = mapped_column(default=dict)
    receipt: Mapped[str | None] = mapped_column(Text)


class PersonKey(Base):
    """The key that encrypts a person's photos under the vault's key; deletion destroys it."""

    __tablename__ = "person_key"
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
