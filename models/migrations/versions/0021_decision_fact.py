"""Add facts of decisions, resolved policies of attempts, districts, and indexes by time."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

BY_TIME = ("event", "verification", "attempt")
AT_BEGIN = {"policy_version": sa.Integer(), "overrides": sa.JSON(), "arm": sa.String(length=16)}


def _word(length: int, *words: str) -> sa.Enum:
    return sa.Enum(*words, native_enum=False, length=length)


def upgrade() -> None:
    op.create_table(
        "decision_fact",
        sa.Column("challenge_id", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("district", sa.String(length=32), nullable=True),
        sa.Column("age_band", sa.String(length=8), nullable=False),
        sa.Column("sex", sa.String(length=8), nullable=True),
        sa.Column("channel", _word(24, "push", "qr"), nullable=False),
        sa.Column("provider", _word(24, "own", "wechat"), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("model_set", sa.String(length=16), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("overrides", sa.JSON(), nullable=False),
        sa.Column("arm", sa.String(length=16), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("outcome", _word(16, "passed", "failed", "retry"), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge_id"],
            ["decision.challenge_id"],
            name=op.f("fk_decision_fact_challenge_id_decision"),
        ),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_decision_fact")),
    )
    op.create_index(op.f("ix_decision_fact_decided_at"), "decision_fact", ["decided_at"])
    op.create_index(
        "ix_decision_fact_full",
        "decision_fact",
        ["decided_at"],
        sqlite_where=sa.text("emptied_at IS NULL"),
        postgresql_where=sa.text("emptied_at IS NULL"),
    )
    op.add_column("institution", sa.Column("district", sa.String(length=32), nullable=True))
    op.add_column("policy", sa.Column("mac", sa.String(length=64), nullable=True))
    for name, kind in AT_BEGIN.items():
        op.add_column("attempt", sa.Column(name, kind, nullable=True))
    for table in BY_TIME:
        op.create_index(op.f(f"ix_{table}_created_at"), table, ["created_at"])


def downgrade() -> None:
    for table in BY_TIME:
        op.drop_index(op.f(f"ix_{table}_created_at"), table)
    with op.batch_alter_table("attempt") as attempt:
        for name in AT_BEGIN:
            attempt.drop_column(name)
    with op.batch_alter_table("policy") as policy:
        policy.drop_column("mac")
    with op.batch_alter_table("institution") as institution:
        institution.drop_column("district")
    op.drop_table("decision_fact")
