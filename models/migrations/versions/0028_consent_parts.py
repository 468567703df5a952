"""Keep the separate answers to face processing, transfer and use of the stored reference."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("consent", sa.Column("parts", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("consent") as table:
        table.drop_column("parts")
