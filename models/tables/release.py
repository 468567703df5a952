"""Staged releases of policies, their guards' state, and overrides."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, word
from models.domain.release.calculation import CalculationKind, CalculationState
from models.domain.release.migration import MigrationState
from models.domain.release.overrides import Place
from models.domain.release.stages import Stage
from models.domain.release.strangers import RunState


class Release(Base):
    """One policy being released, against the version in force when it was proposed.

    `evidence` is frozen at the proposal; `reason` is encrypted. `guard` and `usual` are those of
    models/domain/release, up to the decision at `seen_at` with the ids in `seen_ids`. `held`: why the release
    is frozen (drift, missing); `cause`: why it ended; `back_by`: requested a rollback that awaits a second
    operator.
    """

    __tablename__ = "release"
    __table_args__ = (Index("ix_release_stage", "stage"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("policy.version"))
    before: Mapped[int] = mapped_column(ForeignKey("policy.version"))
    stage: Mapped[Stage] = mapped_column(word(Stage))
    proposer: Mapped[str] = mapped_column(String(32))
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    evidence: Mapped[dict[str, Any]]
    budget_passes: Mapped[int]
    budget_fen: Mapped[int]
    proposed_at: Mapped[datetime]
    approver: Mapped[str | None] = mapped_column(String(32))
    approved_at: Mapped[datetime | None]
    staged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    guard: Mapped[dict[str, Any] | None]
    usual: Mapped[dict[str, Any] | None]
    seen_at: Mapped[datetime | None]
    seen_ids: Mapped[list[str] | None]
    held: Mapped[str | None] = mapped_column(String(24))
    cause: Mapped[str | None] = mapped_column(String(24))
    back_by: Mapped[str | None] = mapped_column(String(32))
    number: Mapped[int] = mapped_column(default=0)
    __mapper_args__ = {"version_id_col": number}


class PolicyOverride(Base):
    """Values that hold instead of the policy's at one institution, in one district or for one age band.

    Proposed by one operator, in force from another's approval until `ends_at`, or `ended_at` if somebody
    ended it before. `mac` is a keyed digest of the row: one that was changed is not applied.
    """

    __tablename__ = "policy_override"
    __table_args__ = (Index("ix_policy_override_place", "place", "key"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    place: Mapped[Place] = mapped_column(word(Place))
    key: Mapped[str] = mapped_column(String(32))
    changes: Mapped[dict[str, Any]]
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    proposer: Mapped[str] = mapped_column(String(32))
    proposed_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    approver: Mapped[str | None] = mapped_column(String(32))
    approved_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(32))
    ended_at: Mapped[datetime | None]
    mac: Mapped[str] = mapped_column(String(64))


class StrangerRun(Base):
    """One comparison of insured strangers with each other, which two accounts start.

    `cells` holds, by sex and age band of LEAST persons and more, a histogram of scores and rates by
    threshold with their bands; nothing about a person or a pair. `leased_until` is the worker's.
    """

    __tablename__ = "stranger_run"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    state: Mapped[RunState] = mapped_column(word(RunState))
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    started_by: Mapped[str | None] = mapped_column(String(32))
    started_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    cells: Mapped[list[dict[str, Any]] | None]


class ModelMigration(Base):
    """The move of all references from one model set's templates to another's.

    `next_at` is when the worker's next batch is due, and its lease during one; `per_minute` limits photos.
    `cursor` is the last reference that was read.
    `destroyed` counts the templates destroyed, and `digest` chains a hash of each; `proof` is what the act of
    the end says.
    """

    __tablename__ = "model_migration"
    __table_args__ = (Index("ix_model_migration_state", "state", "next_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    old_set: Mapped[str] = mapped_column(String(16))
    new_set: Mapped[str] = mapped_column(String(16))
    state: Mapped[MigrationState] = mapped_column(word(MigrationState))
    begun_by: Mapped[str] = mapped_column(String(32))
    begun_at: Mapped[datetime]
    per_minute: Mapped[int]
    next_at: Mapped[datetime]
    cursor: Mapped[str] = mapped_column(String(32), default="")
    destroy_asked_by: Mapped[str | None] = mapped_column(String(32))
    destroyed: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
    proof: Mapped[dict[str, Any] | None]
    ended_at: Mapped[datetime | None]


class Calculation(Base):
    """One calculation over stored decisions, requested at the console and made by a worker.

    `wanted` holds its parameters and `key` their digest with `version`, the policy's that was in force. The
    worker has `done` of `total` decisions, and `found` is the result; `flips` lists decisions that other
    thresholds would change, for export.
    """

    __tablename__ = "calculation"
    __table_args__ = (
        Index("ix_calculation_key_asked_at", "key", "asked_at"),
        Index("ix_calculation_kind_asked_at", "kind", "asked_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[CalculationKind] = mapped_column(word(CalculationKind))
    key: Mapped[str] = mapped_column(String(64))
    wanted: Mapped[dict[str, Any]]
    version: Mapped[int]
    state: Mapped[CalculationState] = mapped_column(word(CalculationState), index=True)
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    found: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    flips: Mapped[list[dict[str, Any]] | None] = mapped_column(deferred=True)
