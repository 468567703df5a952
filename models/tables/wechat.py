"""What is known through WeChat: subscriptions, callbacks seen, native face verifications."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.subscription import Fact, FactKind


class SubscriptionFact(Base):
    """One thing learned about a WeChat user and a template; `identity` makes a repeated one the same row."""

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
        """Return what the rules need to know of this row."""
        return Fact(self.kind, self.happened_at, self.msg_id)


class CallbackNonce(Base):
    """A nonce WeChat has used, and with which body."""

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
    """The six digits a counter shows, so that a phone can prove to be there; one for a verification."""

    __tablename__ = "till_code"
    verification_id: Mapped[str] = mapped_column(ForeignKey("verification.id"), primary_key=True)
    code_index: Mapped[str] = mapped_column(String(64), index=True)
    expires_at: Mapped[datetime]
    binding_id: Mapped[str | None] = mapped_column(String(32))


class WeChatRefusal(Base):
    """What WeChat last refused: how often one call came to one errcode, and when."""

    __tablename__ = "wechat_refusal"
    call: Mapped[str] = mapped_column(String(64), primary_key=True)
    errcode: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
