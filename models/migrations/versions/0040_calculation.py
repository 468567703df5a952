"""Keep calculations over stored decisions, which a worker makes for the console."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "calculation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("flips", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calculation")),
    )
    for columns in (["key", "asked_at"], ["kind", "asked_at"], ["state"], ["asked_at"]):
        op.create_index(f"ix_calculation_{'_'.join(columns)}", "calculation", columns)


def downgrade() -> None:
    op.drop_table("calculation")
