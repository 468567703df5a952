"""Add reference photos held for review by a named operator."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

STATES = ("pending", "held", "accepted", "refused")
REASONS = ("unlike_earlier", "same_photo", "near_duplicate", "alike", "named_after_another")
INDEXED = ("person_id", "import_id", "photo_sha256", "state", "created_at")


def upgrade() -> None:
    op.create_table(
        "held_photo",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("import_id", sa.String(length=32), nullable=False),
        sa.Column("photo_key", sa.String(length=128), nullable=False),
        sa.Column("photo_sha256", sa.String(length=64), nullable=False),
        sa.Column("templates", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="heldstate", native_enum=False, length=24), nullable=False),
        sa.Column(
            "reason", sa.Enum(*REASONS, name="heldreason", native_enum=False, length=24), nullable=True
        ),
        sa.Column("other_ids", sa.JSON(), nullable=False),
        sa.Column("twins", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_held_photo_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_photo")),
    )
    for name in INDEXED:
        op.create_index(f"ix_held_photo_{name}", "held_photo", [name])
    op.create_index("ix_enrolment_created_at", "enrolment", ["created_at"])
    op.create_index("ix_enrolment_photo_sha256", "enrolment", ["photo_sha256"])


def downgrade() -> None:
    op.drop_index("ix_enrolment_photo_sha256", table_name="enrolment")
    op.drop_index("ix_enrolment_created_at", table_name="enrolment")
    op.drop_table("held_photo")
