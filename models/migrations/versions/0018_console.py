"""Add console accounts, sessions, acts and reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _accounts()
    op.create_table(
        "act",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_act")),
        sa.UniqueConstraint("id", name=op.f("uq_act_id")),
    )
    for column in ("actor", "subject", "at"):
        op.create_index(f"ix_act_{column}", "act", [column])
    op.create_table(
        "review",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("appeal_id", sa.String(length=32), nullable=False),
        sa.Column("operator_id", sa.String(length=32), nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("ground", sa.String(length=24), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("concluded_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_review_appeal_id_appeal")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name=op.f("fk_review_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("appeal_id", "operator_id", name=op.f("uq_review_appeal_id_operator_id")),
    )
    op.create_index("ix_review_appeal_id", "review", ["appeal_id"])
    op.create_index("ix_review_operator_id", "review", ["operator_id"])
    op.add_column("appeal", sa.Column("drawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_appeal_state", "appeal", ["state", "created_at"])


def _accounts() -> None:
    """Add accounts and their sessions."""
    op.create_table(
        "operator",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("id_index", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("code_secret", sa.LargeBinary(), nullable=False),
        sa.Column("code_step", sa.Integer(), nullable=False),
        sa.Column("recovery_hashes", sa.JSON(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("invitation_hash", sa.String(length=64), nullable=True),
        sa.Column("invited_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("name", name=op.f("uq_operator_name")),
        sa.UniqueConstraint("id_index", name=op.f("uq_operator_id_index")),
        sa.UniqueConstraint("invitation_hash", name=op.f("uq_operator_invitation_hash")),
    )
    op.create_table(
        "operator_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_id", sa.String(length=32), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("code_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name=op.f("fk_operator_session_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_operator_session")),
    )
    op.create_index("ix_operator_session_operator_id", "operator_session", ["operator_id"])
    op.create_index("ix_operator_session_seen_at", "operator_session", ["seen_at"])


def downgrade() -> None:
    op.drop_index("ix_appeal_state", "appeal")
    with op.batch_alter_table("appeal") as appeal:
        appeal.drop_column("drawn")
    for table in ("review", "act", "operator_session", "operator"):
        op.drop_table(table)
