"""Store the risk of a try and its signs."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    with op.batch_alter_table("challenge") as table:
        table.add_column(sa.Column("risk", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("challenge") as table:
        table.drop_column("risk")
