"""Keep renewals of references until the insured has answered, and for 30 days the references they replace."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "renewal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("appeal_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("photo_id", sa.String(length=32), nullable=True),
        sa.Column("displaced", sa.JSON(), nullable=False),
        sa.Column("owed", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("offered_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("destroyed_at", INSTANT, nullable=True),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_renewal_appeal_id_appeal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_renewal_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal")),
        sa.UniqueConstraint("appeal_id", name=op.f("uq_renewal_appeal_id")),
    )
    op.create_index(op.f("ix_renewal_person_id"), "renewal", ["person_id"])
    op.create_index(
        "ix_renewal_due",
        "renewal",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.add_column("enrolment", sa.Column("kept_until", INSTANT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("enrolment") as table:
        table.drop_column("kept_until")
    op.drop_table("renewal")
