"""Allow the withdrawal of a proposed policy."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    with op.batch_alter_table("policy") as table:
        table.add_column(sa.Column("withdrawn_by", sa.String(length=64)))
        table.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("policy") as table:
        table.drop_column("withdrawn_at")
        table.drop_column("withdrawn_by")
