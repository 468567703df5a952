"""Data from WeChat: subscription facts, callback nonces, native face verifications, refusals; till codes."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.subscription import Fact, FactKind


class SubscriptionFact(Base):
    """One fact about a WeChat user and a template; `identity` maps repeated reports to one row."""

    __tablename__ = "subscription_fact"
    __table_args__ = (UniqueConstraint("openid_index", "template_id", "identity"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    openid_index: Mapped[str] = mapped_column(String(64))
    template_id: Mapped[str] = mapped_column(String(128))
    identity: Mapped[str] = mapped_column(String(160))
    kind: Mapped[FactKind] = mapped_column(word(FactKind))
    msg_id: Mapped[str | None] = mapped_column(String(128))
    happened_at: Mapped[datetime]
    created_at: Mapped[datetime]

    def fact(self) -> Fact:
        """Return the row as the rules need it."""
        return Fact(self.kind, self.happened_at, self.msg_id)


class CallbackNonce(Base):
    """A nonce used by WeChat, and the body it came with."""

    __tablename__ = "callback_nonce"
    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    body_sha256: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime] = mapped_column(index=True)


class NativeCheck(Base):
    """WeChat's session for one challenge of the provider `wechat`."""

    __tablename__ = "native_check"
    challenge_id: Mapped[str] = mapped_column(ForeignKey("challenge.id"), primary_key=True)
    out_seq_no: Mapped[str] = mapped_column(String(32), unique=True)
    verify_id: Mapped[bytes] = mapped_column(LargeBinary)
    openid: Mapped[bytes] = mapped_column(LargeBinary)
    verify_ret: Mapped[int | None]
    created_at: Mapped[datetime]


class TillCode(Base):
    """The six digits a counter shows to prove that a phone is there; one per verification."""

    __tablename__ = "till_code"
    verification_id: Mapped[str] = mapped_column(ForeignKey("verification.id"), primary_key=True)
    code_index: Mapped[str] = mapped_column(String(64), index=True)
    expires_at: Mapped[datetime]
    binding_id: Mapped[str | None] = mapped_column(String(32))


class WeChatRefusal(Base):
    """WeChat's refusals of one call with one errcode: how often and when last."""

    __tablename__ = "wechat_refusal"
    call: Mapped[str] = mapped_column(String(64), primary_key=True)
    errcode: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
