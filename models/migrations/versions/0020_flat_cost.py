"""Add indexes of due rows, leases of chores, and files to delete."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

KEPT = "deleted_at IS NULL"
NOT_STRIPPED = "phash <> ''"
WITH_PHOTOS = "reviewed_at IS NOT NULL AND photos_deleted_at IS NULL"
PARTIAL = (
    ("ix_capture_kept", "capture", "first_at", KEPT),
    ("ix_seen_frame_not_stripped", "seen_frame", "seen_at", NOT_STRIPPED),
    ("ix_appeal_reviewed_with_photos", "appeal", "reviewed_at", WITH_PHOTOS),
)


def upgrade() -> None:
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("institution_id", sa.String(length=32), nullable=True))
    op.execute(
        "UPDATE delivery SET institution_id = (SELECT verification.institution_id FROM verification"
        " WHERE verification.id = delivery.verification_id)"
    )
    with op.batch_alter_table("delivery") as table:
        table.alter_column("institution_id", existing_type=sa.String(length=32), nullable=False)
    op.add_column("appeal", sa.Column("photos_deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "chore_lease",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore_lease")),
    )
    op.create_table(
        "doomed_object",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_doomed_object")),
    )
    for name, table, column, where in PARTIAL:
        condition = sa.text(where)
        op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for name, table, _, _ in PARTIAL:
        op.drop_index(name, table)
    op.drop_table("doomed_object")
    op.drop_table("chore_lease")
    with op.batch_alter_table("appeal") as appeal:
        appeal.drop_column("photos_deleted_at")
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_column("institution_id")
