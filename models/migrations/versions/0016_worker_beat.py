"""Add worker heartbeats and an index of verifications by order number."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

INDEX = "ix_verification_institution_id_order_no"


def upgrade() -> None:
    op.create_table(
        "worker_beat",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sweep_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_beat")),
    )
    op.create_index(INDEX, "verification", ["institution_id", "order_no"])


def downgrade() -> None:
    op.drop_index(INDEX, "verification")
    op.drop_table("worker_beat")
