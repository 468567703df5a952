"""Keep tallies by day, and of decisions by week, device and institution."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
MEASURES = ("score", "pad", "brightness", "sharpness", "size", "yaw")


def upgrade() -> None:
    op.create_table(
        "day_tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("series", sa.String(length=104), nullable=False),
        sa.Column("bin", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "measure", "series", "bin", name=op.f("pk_day_tally")),
    )
    counts = ("decided", "passed", "not_live", "not_acquired")
    op.create_table(
        "group_tally",
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("about", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("model_set", sa.String(length=16), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        *(
            sa.Column(f"{name}_{part}", kind, nullable=False)
            for name in MEASURES
            for part, kind in (("n", sa.Integer()), ("sum", sa.BigInteger()))
        ),
        sa.PrimaryKeyConstraint("week", "about", "name", "model_set", name=op.f("pk_group_tally")),
    )


def downgrade() -> None:
    op.drop_table("group_tally")
    op.drop_table("day_tally")
