"""Add staged releases of policies."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("proposer", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("budget_passes", sa.Integer(), nullable=False),
        sa.Column("budget_fen", sa.Integer(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("approver", sa.String(length=32), nullable=True),
        *(sa.Column(name, INSTANT, nullable=True) for name in ("approved_at", "staged_at", "ended_at")),
        sa.Column("guard", sa.JSON(), nullable=True),
        sa.Column("usual", sa.JSON(), nullable=True),
        sa.Column("seen_at", INSTANT, nullable=True),
        sa.Column("seen_ids", sa.JSON(), nullable=True),
        sa.Column("held", sa.String(length=24), nullable=True),
        sa.Column("cause", sa.String(length=24), nullable=True),
        sa.Column("back_by", sa.String(length=32), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["policy.version"], name=op.f("fk_release_version_policy")),
        sa.ForeignKeyConstraint(["before"], ["policy.version"], name=op.f("fk_release_before_policy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
    )
    op.create_index("ix_release_stage", "release", ["stage"])


def downgrade() -> None:
    op.drop_table("release")
