"""Index references by the key of their photo, which the sweep of orphaned objects looks up."""

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_index("ix_enrolment_photo_key", "enrolment", ["photo_key"])


def downgrade() -> None:
    op.drop_index("ix_enrolment_photo_key", "enrolment")
