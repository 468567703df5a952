"""Add sandbox institutions with their own keys, and the result of a webhook's last try."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

COLUMNS = (
    ("institution", "sandbox", sa.Boolean(), sa.false()),
    ("signing_key", "sandbox", sa.Boolean(), sa.false()),
    ("delivery", "last_status", sa.Integer(), None),
    ("delivery", "last_at", sa.DateTime(timezone=True), None),
)


def upgrade() -> None:
    for table, name, kind, default in COLUMNS:
        with op.batch_alter_table(table) as altered:
            altered.add_column(sa.Column(name, kind, nullable=default is None, server_default=default))
        if default is not None:
            with op.batch_alter_table(table) as altered:
                altered.alter_column(name, server_default=None)


def downgrade() -> None:
    for table, name, _, _ in reversed(COLUMNS):
        with op.batch_alter_table(table) as altered:
            altered.drop_column(name)
