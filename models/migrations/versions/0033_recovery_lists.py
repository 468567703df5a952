"""Index recoveries by what their list is sorted and filtered by."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.drop_index("ix_recovery_opened_at", "recovery")
    op.create_index("ix_recovery_opened_at", "recovery", ["opened_at", "id"])
    op.create_index("ix_recovery_state_opened_at", "recovery", ["state", "opened_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_recovery_state_opened_at", "recovery")
    op.drop_index("ix_recovery_opened_at", "recovery")
    op.create_index("ix_recovery_opened_at", "recovery", ["opened_at"])
