"""Keep comparisons of insured strangers as histograms, with the two accounts that started each."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "stranger_run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("started_by", sa.String(length=32), nullable=True),
        *(sa.Column(name, INSTANT, nullable=True) for name in ("started_at", "leased_until", "done_at")),
        sa.Column("cells", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stranger_run")),
    )
    op.create_index(op.f("ix_stranger_run_asked_at"), "stranger_run", ["asked_at"])


def downgrade() -> None:
    op.drop_table("stranger_run")
