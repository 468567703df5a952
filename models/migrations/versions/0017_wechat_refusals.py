"""Add WeChat's refusals for the operator, one row per call and errcode."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "wechat_refusal",
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("errcode", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("call", "errcode", name=op.f("pk_wechat_refusal")),
    )


def downgrade() -> None:
    op.drop_table("wechat_refusal")
