"""Add WeChat events, native face verifications, and the proof of a binding."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

FACTS = ("accepted", "declined", "switched_off", "taken", "delivered", "failed", "refused")
PROOFS = ("claimed", "till", "face", "imported")
PROVIDERS = ("own", "wechat")


def _word(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=24)


def _tables() -> None:
    op.create_table(
        "subscription_fact",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("openid_index", sa.String(length=64), nullable=False),
        sa.Column("template_id", sa.String(length=128), nullable=False),
        sa.Column("identity", sa.String(length=160), nullable=False),
        sa.Column("kind", _word("factkind", FACTS), nullable=False),
        sa.Column("msg_id", sa.String(length=128), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_fact")),
        sa.UniqueConstraint(
            "openid_index",
            "template_id",
            "identity",
            name=op.f("uq_subscription_fact_openid_index_template_id_identity"),
        ),
    )
    op.create_table(
        "callback_nonce",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_callback_nonce")),
    )
    op.create_index(op.f("ix_callback_nonce_seen_at"), "callback_nonce", ["seen_at"], unique=False)
    op.create_table(
        "native_check",
        sa.Column("challenge_id", sa.String(length=32), nullable=False),
        sa.Column("out_seq_no", sa.String(length=32), nullable=False),
        sa.Column("verify_id", sa.LargeBinary(), nullable=False),
        sa.Column("openid", sa.LargeBinary(), nullable=False),
        sa.Column("verify_ret", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_native_check_challenge_id_challenge")
        ),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_native_check")),
        sa.UniqueConstraint("out_seq_no", name=op.f("uq_native_check_out_seq_no")),
    )
    op.create_table(
        "till_code",
        sa.Column("verification_id", sa.String(length=32), nullable=False),
        sa.Column("code_index", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("binding_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_till_code_verification_id_verification")
        ),
        sa.PrimaryKeyConstraint("verification_id", name=op.f("pk_till_code")),
    )
    op.create_index(op.f("ix_till_code_code_index"), "till_code", ["code_index"], unique=False)


def upgrade() -> None:
    _tables()
    # The proof of an old binding is unknown, so it counts as claimed.
    with op.batch_alter_table("binding") as table:
        table.add_column(sa.Column("proof", _word("proof", PROOFS), nullable=False, server_default="claimed"))
    with op.batch_alter_table("binding") as table:
        table.alter_column("proof", server_default=None)
    with op.batch_alter_table("attempt") as table:
        table.add_column(
            sa.Column("provider", _word("provider", PROVIDERS), nullable=False, server_default="own")
        )
    with op.batch_alter_table("attempt") as table:
        table.alter_column("provider", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("attempt") as table:
        table.drop_column("provider")
    with op.batch_alter_table("binding") as table:
        table.drop_column("proof")
    for table_name in ("till_code", "native_check", "callback_nonce", "subscription_fact"):
        op.drop_table(table_name)
