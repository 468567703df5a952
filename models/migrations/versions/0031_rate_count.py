"""Count requests in windows of time where no Redis does."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.create_table(
        "rate_count",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_count")),
    )
    op.create_index(op.f("ix_rate_count_until"), "rate_count", ["until"])


def downgrade() -> None:
    op.drop_table("rate_count")
