"""Pharmacies and clinics, and the staff who may film on the QR channel."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.attempt import Channel
from models.domain.provider import Provider
from models.domain.shift import Duty, duty


class Institution(Base):
    """A pharmacy or clinic whose tills call the API.

    `provider` films on customers' phones, `qr_provider` on the staff's; `push_accepted_by` accepted the risk
    that our camera page on a customer's phone can be fed forged film. A suspended institution
    begins nothing new.
    """

    __tablename__ = "institution"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    district: Mapped[str | None] = mapped_column(String(32))
    api_key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    former_key_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    former_key_until: Mapped[datetime | None]
    webhook_secret: Mapped[bytes] = mapped_column(LargeBinary)
    webhook_networks: Mapped[list[str]] = mapped_column(default=list)
    provider: Mapped[Provider] = mapped_column(word(Provider, 16), default=Provider.OWN)
    qr_provider: Mapped[Provider] = mapped_column(word(Provider, 16), default=Provider.OWN)
    push_accepted_by: Mapped[str | None] = mapped_column(String(64))
    sandbox: Mapped[bool] = mapped_column(default=False)
    window_s: Mapped[int] = mapped_column(default=120)
    popup_origins: Mapped[list[str]] = mapped_column(default=list)
    popup_scheme: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]

    def provider_on(self, channel: Channel) -> Provider:
        """Return the face provider on this channel."""
        return self.qr_provider if channel is Channel.QR else self.provider


class Staff(Base):
    """A member of staff whose bound WeChat user may open the institution's codes while on duty.

    Only the openid's blind index is stored; `id_index` recognises them when they act as an agent.
    """

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("institution_id", "openid_index"),
        Index("ix_staff_created_at", "created_at", "id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"), index=True)
    openid_index: Mapped[str | None] = mapped_column(String(64), index=True)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    id_index: Mapped[str | None] = mapped_column(String(64), index=True)
    counters: Mapped[list[str]] = mapped_column(default=list)
    shifts: Mapped[list[str]] = mapped_column(default=list)
    code_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    def duty(self) -> Duty:
        """Return when and where they serve."""
        return duty(self.shifts, self.counters)
