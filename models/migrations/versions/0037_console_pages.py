"""Let the error rates read decisions from an index alone, and index reviews by their verdict's time."""

from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.drop_index("ix_decision_created_at", "decision")
    op.create_index(
        "ix_decision_created_at", "decision", ["created_at", "challenge_id", "attempt_id", "person_id"]
    )
    op.create_index("ix_review_concluded_at", "review", ["concluded_at"])


def downgrade() -> None:
    op.drop_index("ix_review_concluded_at", "review")
    op.drop_index("ix_decision_created_at", "decision")
    op.create_index("ix_decision_created_at", "decision", ["created_at"])
