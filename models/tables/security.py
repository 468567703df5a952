"""Mini-program sessions, receipt signing keys, and WeChat's access token."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Session(Base):
    """A logged-in WeChat user; only the hash of the bearer token is stored."""

    __tablename__ = "session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    openid: Mapped[bytes] = mapped_column(LargeBinary)
    openid_index: Mapped[str] = mapped_column(String(64), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SigningKey(Base):
    """An ES256 key; the newest signs, old ones stay published. The sandbox has its own."""

    __tablename__ = "signing_key"
    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    sandbox: Mapped[bool] = mapped_column(default=False)
    private: Mapped[bytes] = mapped_column(LargeBinary)
    public: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Sm2Key(Base):
    """An SM2 key for audit exports and proofs of deletion; the newest signs, all verify. Public: hex DER."""

    __tablename__ = "sm2_key"
    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    private: Mapped[bytes] = mapped_column(LargeBinary)
    public: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class ProviderToken(Base):
    """WeChat's access token, shared by all processes; only one fetches it at a time."""

    __tablename__ = "provider_token"
    appid: Mapped[str] = mapped_column(String(64), primary_key=True)
    token: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]
    fetching_until: Mapped[datetime | None]
