"""Store when each colour was sent, the frames' arrival lag, and the face's brightness before the try."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("challenge") as table:
        table.add_column(sa.Column("told_ms", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("challenge") as table:
        table.alter_column("told_ms", server_default=None)
    with op.batch_alter_table("capture") as table:
        table.add_column(sa.Column("lag_ms", sa.Integer(), nullable=True))
    with op.batch_alter_table("attempt") as table:
        table.add_column(sa.Column("brightness", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("attempt") as table:
        table.drop_column("brightness")
    with op.batch_alter_table("capture") as table:
        table.drop_column("lag_ms")
    with op.batch_alter_table("challenge") as table:
        table.drop_column("told_ms")
