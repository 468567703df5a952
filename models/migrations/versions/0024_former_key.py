"""Add an institution's former API key, valid beside the new one for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    with op.batch_alter_table("institution") as table:
        table.add_column(sa.Column("former_key_hash", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("former_key_until", sa.DateTime(timezone=True), nullable=True))
        table.create_unique_constraint(op.f("uq_institution_former_key_hash"), ["former_key_hash"])


def downgrade() -> None:
    with op.batch_alter_table("institution") as table:
        table.drop_constraint(op.f("uq_institution_former_key_hash"), type_="unique")
        table.drop_column("former_key_until")
        table.drop_column("former_key_hash")
