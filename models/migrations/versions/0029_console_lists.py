"""Let institutions be suspended, and index what the console's lists are sorted by."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

# Table, columns, and the index they replace.
RENEWED = (
    (
        "ix_held_photo_state_created_at", "held_photo", ("state", "created_at", "id"),
        "ix_held_photo_state", ("state",),
    ),
    ("ix_agency_disputed_at", "agency", ("disputed_at", "id"), "ix_agency_disputed_at", ("disputed_at",)),
    (
        "ix_delivery_state_next_at", "delivery", ("state", "next_at", "id"),
        "ix_delivery_state_next_at", ("state", "next_at"),
    ),
)  # fmt: skip
ADDED = (
    ("ix_binding_created_at", "binding", ("created_at", "id")),
    ("ix_binding_proof_created_at", "binding", ("proof", "created_at", "id")),
    ("ix_consent_created_at", "consent", ("created_at", "id")),
    ("ix_staff_created_at", "staff", ("created_at", "id")),
)
PARTIAL = (
    ("ix_consent_withdrawn", "withdrawn_at IS NOT NULL", "withdrawn_at IS NOT NULL"),
    ("ix_consent_refused", "granted IS 0", "granted IS false"),
)


def upgrade() -> None:
    with op.batch_alter_table("institution") as table:
        table.add_column(sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    for name, table_name, columns, old, _ in RENEWED:
        op.drop_index(old, table_name)
        op.create_index(name, table_name, list(columns))
    for name, table_name, columns in ADDED:
        op.create_index(name, table_name, list(columns))
    for name, on_sqlite, on_postgresql in PARTIAL:
        op.create_index(
            name,
            "consent",
            ["created_at", "id"],
            sqlite_where=sa.text(on_sqlite),
            postgresql_where=sa.text(on_postgresql),
        )


def downgrade() -> None:
    for name, *_ in PARTIAL:
        op.drop_index(name, "consent")
    for name, table_name, _ in ADDED:
        op.drop_index(name, table_name)
    for name, table_name, _, old, columns in RENEWED:
        op.drop_index(name, table_name)
        op.create_index(old, table_name, list(columns))
    with op.batch_alter_table("institution") as table:
        table.drop_column("suspended_at")
