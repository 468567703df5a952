"""Add the row that health checks write, so that a full disk is noticed before a till fails."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    probe = op.create_table(
        "write_probe",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_probe")),
    )
    op.bulk_insert(probe, [{"id": 1, "at": None}])


def downgrade() -> None:
    op.drop_table("write_probe")
