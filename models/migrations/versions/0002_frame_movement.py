"""Remember when a frame was filmed and how the face moved, beside its hash."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("seen_frame") as table:
        # Older frames have no time: their exact hashes still count, their similarity never matches.
        table.add_column(sa.Column("t_ms", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("movement", sa.JSON(), nullable=True))
    with op.batch_alter_table("seen_frame") as table:
        table.alter_column("t_ms", server_default=None)
    # The hash function has changed: old values match no new frame.
    op.execute("UPDATE seen_frame SET phash = ''")


def downgrade() -> None:
    with op.batch_alter_table("seen_frame") as table:
        table.drop_column("movement")
        table.drop_column("t_ms")
