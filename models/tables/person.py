"""The insured, their families, reference photos, WeChat bindings and consents."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, word
from models.domain.attempt import Channel
from models.domain.identity.held import HeldReason, HeldState
from models.domain.identity.idnumber import IdType
from models.domain.person import Network, Proof


class Person(Base):
    """An insured person; name and number are encrypted and found by blind index."""

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    id_type: Mapped[IdType] = mapped_column(word(IdType))
    id_number: Mapped[bytes] = mapped_column(LargeBinary)
    id_index: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    sex: Mapped[str | None] = mapped_column(String(8))
    birth: Mapped[date | None]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class FamilyLink(Base):
    """`relative_id` is in `person_id`'s network, as `relation`."""

    __tablename__ = "family_link"
    __table_args__ = (UniqueConstraint("person_id", "relative_id"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    relative_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    network: Mapped[Network] = mapped_column(word(Network))
    relation: Mapped[str] = mapped_column(String(16))


class Enrolment(Base):
    """One reference: the photo's key in the object store and its encrypted templates.

    A revoked reference that a renewal replaced keeps both until `kept_until`.
    """

    __tablename__ = "enrolment"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    photo_key: Mapped[str] = mapped_column(String(128), index=True)
    photo_sha256: Mapped[str] = mapped_column(String(64), index=True)
    templates: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    kept_until: Mapped[datetime | None]
    others: Mapped[list["Template"]] = relationship(viewonly=True, lazy="selectin")


class Template(Base):
    """A reference's encrypted template by another model set than the first, whose are in `enrolment`.

    `vector` is None where the set could make none, and `why` says so.
    """

    __tablename__ = "template"
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    model_set: Mapped[str] = mapped_column(String(16), primary_key=True)
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    why: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]


class HeldPhoto(Base):
    """A reference held back from use until a named operator has reviewed it.

    A decided row keeps the operator and the reason; its templates are deleted.
    """

    __tablename__ = "held_photo"
    __table_args__ = (
        Index("ix_held_photo_state_created_at", "state", "created_at", "id"),
        Index("ix_held_photo_import", "import_id", "state", "reason", "created_at", "id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    import_id: Mapped[str] = mapped_column(String(32))
    photo_key: Mapped[str] = mapped_column(String(128))
    photo_sha256: Mapped[str] = mapped_column(String(64), index=True)
    templates: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[HeldState] = mapped_column(word(HeldState))
    reason: Mapped[HeldReason | None] = mapped_column(word(HeldReason))
    other_ids: Mapped[list[str]]
    twins: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[bytes | None] = mapped_column(LargeBinary)


class Binding(Base):
    """A WeChat user who receives this person's pushes; `subscribed` is what the panel last reported."""

    __tablename__ = "binding"
    __table_args__ = (
        Index("ix_binding_created_at", "created_at", "id"),
        Index("ix_binding_proof_created_at", "proof", "created_at", "id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    openid: Mapped[bytes] = mapped_column(LargeBinary)
    openid_index: Mapped[str] = mapped_column(String(64), index=True)
    proof: Mapped[Proof] = mapped_column(word(Proof), default=Proof.CLAIMED)
    subscribed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Consent(Base):
    """The answer to a notice, with the phone and the channel."""

    __tablename__ = "consent"
    __table_args__ = (
        Index("ix_consent_created_at", "created_at", "id"),
        Index(
            "ix_consent_withdrawn",
            "created_at",
            "id",
            sqlite_where=text("withdrawn_at IS NOT NULL"),
            postgresql_where=text("withdrawn_at IS NOT NULL"),
        ),
        Index(
            "ix_consent_refused",
            "created_at",
            "id",
            sqlite_where=text("granted IS 0"),
            postgresql_where=text("granted IS false"),
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    attempt_id: Mapped[str] = mapped_column(String(32), index=True)
    person_id: Mapped[str | None] = mapped_column(String(32), index=True)
    openid_index: Mapped[str] = mapped_column(String(64), index=True)
    channel: Mapped[Channel] = mapped_column(word(Channel))
    notice_version: Mapped[str] = mapped_column(String(16))
    granted: Mapped[bool]
    parts: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Tombstone(Base):
    """A person who withdrew consent; a later import must not enrol them again."""

    __tablename__ = "tombstone"
    id_index: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
