"""Index the held photos of an import in the order in which a contact sheet shows them."""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.drop_index("ix_held_photo_import_id", "held_photo")
    op.create_index(
        "ix_held_photo_import", "held_photo", ["import_id", "state", "reason", "created_at", "id"]
    )


def downgrade() -> None:
    op.drop_index("ix_held_photo_import", "held_photo")
    op.create_index("ix_held_photo_import_id", "held_photo", ["import_id"])
