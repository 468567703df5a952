"""Attempts: one push or code each, to verify one person."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain import attempt as rules
from models.domain.attempt import AttemptState, Channel
from models.domain.provider import Provider


class Attempt(Base):
    """One push or code. `scene` is the random ticket that opens the mini-program.

    `listed`: the person is the card-holder or recorded family; `checks`: which documents the counter says it
    checked; `glasses` and `brightness` (of the face, 0–255): observed before a try. `policy_version`,
    `overrides` and `arm` (of a release) are resolved once, when it begins.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("verification_id", "number"),
        Index("ix_attempt_state_expires_at", "state", "expires_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    verification_id: Mapped[str] = mapped_column(ForeignKey("verification.id"), index=True)
    number: Mapped[int]
    scene: Mapped[str] = mapped_column(String(32), unique=True)
    channel: Mapped[Channel] = mapped_column(word(Channel))
    provider: Mapped[Provider] = mapped_column(word(Provider), default=Provider.OWN)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    relation: Mapped[str | None] = mapped_column(String(16))
    listed: Mapped[bool] = mapped_column(default=True)
    checks: Mapped[dict[str, Any] | None]
    owner_index: Mapped[str | None] = mapped_column(String(64), index=True)
    presence_code: Mapped[str | None] = mapped_column(String(4))
    presence_tries: Mapped[int] = mapped_column(default=0)
    glasses: Mapped[bool] = mapped_column(default=False)
    brightness: Mapped[int | None]
    state: Mapped[AttemptState] = mapped_column(word(AttemptState))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    window_s: Mapped[int]
    challenge_expires_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    blanks: Mapped[int] = mapped_column(default=0)
    extended: Mapped[bool] = mapped_column(default=False)
    failed_at: Mapped[datetime | None]
    appealable: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(32))
    captured_at: Mapped[datetime | None]
    policy_version: Mapped[int | None]
    overrides: Mapped[dict[str, Any] | None]
    arm: Mapped[str | None] = mapped_column(String(16))
    __mapper_args__ = {"version_id_col": version}

    def snapshot(self) -> rules.Attempt:
        """Return the row as the rules need it."""
        return rules.Attempt(
            channel=self.channel,
            state=self.state,
            created_at=self.created_at,
            expires_at=self.expires_at,
            window=timedelta(seconds=self.window_s),
            challenge_expires_at=self.challenge_expires_at,
            tries=self.tries,
            blanks=self.blanks,
            extended=self.extended,
            failed_at=self.failed_at,
            appealable=self.appealable,
            reason=self.reason,
        )

    def apply(self, moved: rules.Attempt) -> None:
        """Store the fields of a snapshot that the rules have advanced."""
        self.state = moved.state
        self.expires_at = moved.expires_at
        self.challenge_expires_at = moved.challenge_expires_at
        self.tries = moved.tries
        self.blanks = moved.blanks
        self.extended = moved.extended
        self.failed_at = moved.failed_at
        self.appealable = moved.appealable
        self.reason = moved.reason
