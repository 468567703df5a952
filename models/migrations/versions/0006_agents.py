"""Add staff with shifts and counters, agents' purchases, and the counter's check-lists."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

STATES = ("open", "passed", "appealed", "bypassed", "cancelled", "lapsed")


def _agency() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("verification_id", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("cardholder_id", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.Column("related", sa.Boolean(), nullable=False),
        sa.Column(
            "result",
            sa.Enum(*STATES, name="verificationstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["person.id"], name=op.f("fk_agency_agent_id_person")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_agency_attempt_id_attempt")),
        sa.ForeignKeyConstraint(
            ["cardholder_id"], ["person.id"], name=op.f("fk_agency_cardholder_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_agency_verification_id_verification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("verification_id", name=op.f("uq_agency_verification_id")),
    )
    op.create_index("ix_agency_agent_id_month", "agency", ["agent_id", "month"], unique=False)
    op.create_index(op.f("ix_agency_cardholder_id"), "agency", ["cardholder_id"], unique=False)
    op.create_index(op.f("ix_agency_disputed_at"), "agency", ["disputed_at"], unique=False)


def upgrade() -> None:
    _agency()
    with op.batch_alter_table("attempt") as table:
        table.add_column(sa.Column("checks", sa.JSON(), nullable=True))
    with op.batch_alter_table("staff") as table:
        table.alter_column("openid_index", existing_type=sa.String(length=64), nullable=True)
        table.add_column(sa.Column("id_index", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("counters", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("shifts", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("code_index", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True))
        table.create_unique_constraint(op.f("uq_staff_code_index"), ["code_index"])
        table.create_index(op.f("ix_staff_id_index"), ["id_index"], unique=False)
    with op.batch_alter_table("staff") as table:
        table.alter_column("counters", server_default=None)
        table.alter_column("shifts", server_default=None)


def downgrade() -> None:
    # Staff without a bound WeChat user cannot be kept: the older schema has no such staff.
    op.execute("DELETE FROM staff WHERE openid_index IS NULL")
    with op.batch_alter_table("staff") as table:
        table.drop_index(op.f("ix_staff_id_index"))
        table.drop_constraint(op.f("uq_staff_code_index"), type_="unique")
        for column in ("code_expires_at", "code_index", "shifts", "counters", "id_index"):
            table.drop_column(column)
        table.alter_column("openid_index", existing_type=sa.String(length=64), nullable=False)
    with op.batch_alter_table("attempt") as table:
        table.drop_column("checks")
    op.drop_table("agency")
