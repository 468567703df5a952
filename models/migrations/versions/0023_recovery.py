"""Add reviewers' requests to the insured, and recoveries."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

BY_SHOP = ["institution_id", "created_at"]
ASKED = {
    "asked": sa.JSON(),
    "asked_note": sa.LargeBinary(),
    "asked_at": sa.DateTime(timezone=True),
    "answer": sa.LargeBinary(),
    "answered_at": sa.DateTime(timezone=True),
}


def upgrade() -> None:
    for name, kind in ASKED.items():
        op.add_column("appeal", sa.Column(name, kind, nullable=True))
    op.create_table(
        "recovery",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("appeal_id", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "notified", "recovered", "waived", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_recovery_appeal_id_appeal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
        sa.UniqueConstraint("appeal_id", name=op.f("uq_recovery_appeal_id")),
    )
    op.create_index(op.f("ix_recovery_opened_at"), "recovery", ["opened_at"])
    op.create_index("ix_verification_institution_id_created_at", "verification", BY_SHOP)


def downgrade() -> None:
    op.drop_index("ix_verification_institution_id_created_at", "verification")
    op.drop_table("recovery")
    with op.batch_alter_table("appeal") as appeal:
        for name in ASKED:
            appeal.drop_column(name)
