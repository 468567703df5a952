"""Store the time of look-ups that found nobody: limits are per hour instead of per counter and day."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "miss",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("counter", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_miss")),
    )
    op.create_index("ix_miss_at", "miss", ["at"])
    op.create_index("ix_miss_institution_id_at", "miss", ["institution_id", "at"])


def downgrade() -> None:
    op.drop_table("miss")
