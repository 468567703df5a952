"""Keep templates of a second model set, and the move of all references from one set to another."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "template",
        sa.Column("enrolment_id", sa.String(length=32), nullable=False),
        sa.Column("model_set", sa.String(length=16), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("why", sa.String(length=16), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_template_enrolment_id_enrolment")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "model_set", name=op.f("pk_template")),
    )
    op.create_table(
        "model_migration",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("old_set", sa.String(length=16), nullable=False),
        sa.Column("new_set", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("begun_by", sa.String(length=32), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("cursor", sa.String(length=32), nullable=False),
        sa.Column("destroy_asked_by", sa.String(length=32), nullable=True),
        sa.Column("destroyed", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_migration")),
    )
    op.create_index(op.f("ix_model_migration_state"), "model_migration", ["state", "next_at"])


def downgrade() -> None:
    op.drop_table("model_migration")
    op.drop_table("template")
