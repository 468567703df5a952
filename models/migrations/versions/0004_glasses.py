"""Store whether glasses were seen before a try."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("attempt") as table:
        table.add_column(sa.Column("glasses", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("attempt") as table:
        table.alter_column("glasses", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("attempt") as table:
        table.drop_column("glasses")
