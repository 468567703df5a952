"""Set the provider per channel, and store who accepted our camera on customers' phones.

Institutions that already use our camera continue until somebody is named.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

EARLIER = "before 0015"


def upgrade() -> None:
    provider = sa.String(length=16)
    with op.batch_alter_table("institution") as table:
        table.add_column(sa.Column("qr_provider", provider, nullable=False, server_default="own"))
        table.add_column(sa.Column("push_accepted_by", sa.String(length=64), nullable=True))
    row = sa.table("institution", *map(sa.column, ("provider", "qr_provider", "push_accepted_by")))
    op.execute(row.update().values(qr_provider=row.c.provider))
    op.execute(row.update().where(row.c.provider == "own").values(push_accepted_by=EARLIER))
    with op.batch_alter_table("institution") as table:
        table.alter_column("qr_provider", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("institution") as table:
        table.drop_column("push_accepted_by")
        table.drop_column("qr_provider")
