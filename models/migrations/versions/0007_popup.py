"""Add the popup's holder, its allowed framers, and its URL scheme."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("institution") as table:
        table.add_column(sa.Column("popup_origins", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("popup_scheme", sa.String(length=32), nullable=True))
    with op.batch_alter_table("institution") as table:
        table.alter_column("popup_origins", server_default=None)
    with op.batch_alter_table("verification") as table:
        table.add_column(sa.Column("popup_holder", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("verification") as table:
        table.drop_column("popup_holder")
    with op.batch_alter_table("institution") as table:
        table.drop_column("popup_scheme")
        table.drop_column("popup_origins")
