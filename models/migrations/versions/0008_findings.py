"""Add findings on disputed purchases."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

FINDINGS = ("unauthorised", "authorised")


def upgrade() -> None:
    with op.batch_alter_table("agency") as table:
        table.add_column(
            sa.Column(
                "finding", sa.Enum(*FINDINGS, name="finding", native_enum=False, length=24), nullable=True
            )
        )
        table.add_column(sa.Column("concluded_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("reviewer", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("note", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("agency") as table:
        for name in ("note", "reviewer", "concluded_at", "finding"):
            table.drop_column(name)
