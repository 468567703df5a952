"""First schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("openid_index", sa.String(length=64), nullable=False),
        sa.Column(
            "channel", sa.Enum("push", "qr", name="channel", native_enum=False, length=24), nullable=False
        ),
        sa.Column("notice_version", sa.String(length=16), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_attempt_id"), "consent", ["attempt_id"], unique=False)
    op.create_index(op.f("ix_consent_openid_index"), "consent", ["openid_index"], unique=False)
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("institution_id", "path", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "institution",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("api_key_hash", sa.String(length=64), nullable=False),
        sa.Column("webhook_secret", sa.LargeBinary(), nullable=False),
        sa.Column("webhook_networks", sa.JSON(), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("window_s", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("api_key_hash", name=op.f("uq_institution_api_key_hash")),
    )
    op.create_table(
        "lookup",
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("counter", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("institution_id", "counter", "day", name=op.f("pk_lookup")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "id_type",
            sa.Enum(
                "resident",
                "hk_macao_taiwan",
                "foreign_permanent",
                "passport",
                "birth_certificate",
                name="idtype",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("id_index", sa.String(length=64), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("sex", sa.String(length=8), nullable=True),
        sa.Column("birth", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("id_index", name=op.f("uq_person_id_index")),
    )
    op.create_table(
        "policy",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("approver", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy")),
    )
    op.create_table(
        "provider_token",
        sa.Column("appid", sa.String(length=64), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetching_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("appid", name=op.f("pk_provider_token")),
    )
    op.create_table(
        "seen_frame",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("phash", sa.String(length=16), nullable=False),
        sa.Column("challenge_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen_frame")),
    )
    op.create_index(op.f("ix_seen_frame_challenge_id"), "seen_frame", ["challenge_id"], unique=False)
    op.create_index(op.f("ix_seen_frame_seen_at"), "seen_frame", ["seen_at"], unique=False)
    op.create_index(op.f("ix_seen_frame_sha256"), "seen_frame", ["sha256"], unique=False)
    op.create_index(
        "ix_seen_frame_similar", "seen_frame", ["person_id", "institution_id", "seen_at"], unique=False
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("openid", sa.LargeBinary(), nullable=False),
        sa.Column("openid_index", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_expires_at"), "session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_session_openid_index"), "session", ["openid_index"], unique=False)
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "tombstone",
        sa.Column("id_index", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id_index", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "binding",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("openid", sa.LargeBinary(), nullable=False),
        sa.Column("openid_index", sa.String(length=64), nullable=False),
        sa.Column("subscribed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_binding_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding")),
    )
    op.create_index(op.f("ix_binding_openid_index"), "binding", ["openid_index"], unique=False)
    op.create_index(op.f("ix_binding_person_id"), "binding", ["person_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("photo_key", sa.String(length=128), nullable=False),
        sa.Column("photo_sha256", sa.String(length=64), nullable=False),
        sa.Column("templates", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    op.create_index(op.f("ix_enrolment_person_id"), "enrolment", ["person_id"], unique=False)
    op.create_table(
        "family_link",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("relative_id", sa.String(length=32), nullable=False),
        sa.Column(
            "network",
            sa.Enum("self", "family_share", "family_proxy", name="network", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_family_link_person_id")),
        sa.ForeignKeyConstraint(["relative_id"], ["person.id"], name=op.f("fk_family_link_relative_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_link")),
        sa.UniqueConstraint("person_id", "relative_id", name=op.f("uq_family_link_person_id_relative_id")),
    )
    op.create_index(op.f("ix_family_link_person_id"), "family_link", ["person_id"], unique=False)
    op.create_index(op.f("ix_family_link_relative_id"), "family_link", ["relative_id"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("openid_index", sa.String(length=64), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["institution_id"], ["institution.id"], name=op.f("fk_staff_institution_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint(
            "institution_id", "openid_index", name=op.f("uq_staff_institution_id_openid_index")
        ),
    )
    op.create_index(op.f("ix_staff_institution_id"), "staff", ["institution_id"], unique=False)
    op.create_index(op.f("ix_staff_openid_index"), "staff", ["openid_index"], unique=False)
    op.create_table(
        "verification",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("order_no", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(length=64), nullable=False),
        sa.Column("cashier_id", sa.String(length=64), nullable=False),
        sa.Column("cashier_name", sa.LargeBinary(), nullable=False),
        sa.Column("cardholder_id", sa.String(length=32), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        sa.Column("notify_url", sa.String(length=500), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "passed",
                "appealed",
                "bypassed",
                "cancelled",
                "lapsed",
                name="verificationstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("popup_hash", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("receipt_jti", sa.String(length=32), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["cardholder_id"], ["person.id"], name=op.f("fk_verification_cardholder_id")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_verification_institution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
        sa.UniqueConstraint("popup_hash", name=op.f("uq_verification_popup_hash")),
        sa.UniqueConstraint("receipt_jti", name=op.f("uq_verification_receipt_jti")),
    )
    op.create_index(op.f("ix_verification_cardholder_id"), "verification", ["cardholder_id"], unique=False)
    op.create_index(op.f("ix_verification_institution_id"), "verification", ["institution_id"], unique=False)
    op.create_index("ix_verification_state_expires_at", "verification", ["state", "expires_at"], unique=False)
    op.create_index(
        "uq_verification_live_order",
        "verification",
        ["institution_id", "order_no"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('cancelled', 'lapsed')"),
        postgresql_where=sa.text("state NOT IN ('cancelled', 'lapsed')"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("verification_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scene", sa.String(length=32), nullable=False),
        sa.Column(
            "channel", sa.Enum("push", "qr", name="channel", native_enum=False, length=24), nullable=False
        ),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("relation", sa.String(length=16), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("owner_index", sa.String(length=64), nullable=True),
        sa.Column("presence_code", sa.String(length=4), nullable=True),
        sa.Column("presence_tries", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "opened",
                "consented",
                "challenged",
                "captured",
                "passed",
                "failed",
                "appealed",
                "declined",
                "expired",
                "cancelled",
                "superseded",
                "undeliverable",
                name="attemptstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_s", sa.Integer(), nullable=False),
        sa.Column("challenge_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("blanks", sa.Integer(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appealable", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_attempt_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("scene", name=op.f("uq_attempt_scene")),
        sa.UniqueConstraint("verification_id", "number", name=op.f("uq_attempt_verification_id_number")),
    )
    op.create_index(op.f("ix_attempt_owner_index"), "attempt", ["owner_index"], unique=False)
    op.create_index(op.f("ix_attempt_person_id"), "attempt", ["person_id"], unique=False)
    op.create_index("ix_attempt_state_expires_at", "attempt", ["state", "expires_at"], unique=False)
    op.create_index(op.f("ix_attempt_verification_id"), "attempt", ["verification_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("verification_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public", sa.JSON(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_event_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("verification_id", "seq", name=op.f("uq_event_verification_id_seq")),
    )
    op.create_table(
        "redemption",
        sa.Column("jti", sa.String(length=32), nullable=False),
        sa.Column("verification_id", sa.String(length=32), nullable=False),
        sa.Column("settlement_no", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_redemption_verification_id")
        ),
        sa.PrimaryKeyConstraint("jti", name=op.f("pk_redemption")),
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("verification_id", sa.String(length=32), nullable=False),
        sa.Column("institution_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("openid_index", sa.String(length=64), nullable=False),
        sa.Column("cashier_id", sa.String(length=64), nullable=False),
        sa.Column("counter", sa.String(length=64), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "photo_outdated",
                "appearance_changed",
                "capture_trouble",
                "other",
                name="appealreason",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("photo_keys", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "lodged", "upheld", "rejected", "withdrawn", name="appealstate", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewer", sa.String(length=64), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_appeal_attempt_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_appeal_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_appeal_attempt_id")),
    )
    op.create_index(op.f("ix_appeal_cashier_id"), "appeal", ["cashier_id"], unique=False)
    op.create_index(op.f("ix_appeal_created_at"), "appeal", ["created_at"], unique=False)
    op.create_index(op.f("ix_appeal_institution_id"), "appeal", ["institution_id"], unique=False)
    op.create_index(op.f("ix_appeal_openid_index"), "appeal", ["openid_index"], unique=False)
    op.create_index(op.f("ix_appeal_person_id"), "appeal", ["person_id"], unique=False)
    op.create_index(op.f("ix_appeal_verification_id"), "appeal", ["verification_id"], unique=False)
    op.create_table(
        "challenge",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("colours", sa.JSON(), nullable=False),
        sa.Column("evidence_at_ms", sa.JSON(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("swapped", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_challenge_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("attempt_id", "number", name=op.f("uq_challenge_attempt_id_number")),
    )
    op.create_index(op.f("ix_challenge_attempt_id"), "challenge", ["attempt_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("verification_id", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_delivery_event_id")),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_delivery_verification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_state_next_at", "delivery", ["state", "next_at"], unique=False)
    op.create_index(op.f("ix_delivery_verification_id"), "delivery", ["verification_id"], unique=False)
    op.create_table(
        "capture",
        sa.Column("challenge_id", sa.String(length=32), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("late_ms", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_capture_challenge_id")),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_capture")),
    )
    op.create_table(
        "decision",
        sa.Column("challenge_id", sa.String(length=32), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("hint", sa.String(length=32), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_decision_attempt_id")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_decision_challenge_id")),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_attempt_id"), "decision", ["attempt_id"], unique=False)
    op.create_index(op.f("ix_decision_created_at"), "decision", ["created_at"], unique=False)
    op.create_table(
        "frame",
        sa.Column("challenge_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("t_ms", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("mirrored", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("observation", sa.LargeBinary(), nullable=False),
        sa.Column("file_key", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["capture.challenge_id"], name=op.f("fk_frame_challenge_id")
        ),
        sa.PrimaryKeyConstraint("challenge_id", "seq", name=op.f("pk_frame")),
    )


def downgrade() -> None:
    op.drop_table("frame")
    op.drop_index(op.f("ix_decision_created_at"), table_name="decision")
    op.drop_index(op.f("ix_decision_attempt_id"), table_name="decision")
    op.drop_table("decision")
    op.drop_table("capture")
    op.drop_index(op.f("ix_delivery_verification_id"), table_name="delivery")
    op.drop_index("ix_delivery_state_next_at", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index(op.f("ix_challenge_attempt_id"), table_name="challenge")
    op.drop_table("challenge")
    op.drop_index(op.f("ix_appeal_verification_id"), table_name="appeal")
    op.drop_index(op.f("ix_appeal_person_id"), table_name="appeal")
    op.drop_index(op.f("ix_appeal_openid_index"), table_name="appeal")
    op.drop_index(op.f("ix_appeal_institution_id"), table_name="appeal")
    op.drop_index(op.f("ix_appeal_created_at"), table_name="appeal")
    op.drop_index(op.f("ix_appeal_cashier_id"), table_name="appeal")
    op.drop_table("appeal")
    op.drop_table("redemption")
    op.drop_table("event")
    op.drop_index(op.f("ix_attempt_verification_id"), table_name="attempt")
    op.drop_index("ix_attempt_state_expires_at", table_name="attempt")
    op.drop_index(op.f("ix_attempt_person_id"), table_name="attempt")
    op.drop_index(op.f("ix_attempt_owner_index"), table_name="attempt")
    op.drop_table("attempt")
    op.drop_index(
        "uq_verification_live_order",
        table_name="verification",
        sqlite_where=sa.text("state NOT IN ('cancelled', 'lapsed')"),
        postgresql_where=sa.text("state NOT IN ('cancelled', 'lapsed')"),
    )
    op.drop_index("ix_verification_state_expires_at", table_name="verification")
    op.drop_index(op.f("ix_verification_institution_id"), table_name="verification")
    op.drop_index(op.f("ix_verification_cardholder_id"), table_name="verification")
    op.drop_table("verification")
    op.drop_index(op.f("ix_staff_openid_index"), table_name="staff")
    op.drop_index(op.f("ix_staff_institution_id"), table_name="staff")
    op.drop_table("staff")
    op.drop_index(op.f("ix_family_link_relative_id"), table_name="family_link")
    op.drop_index(op.f("ix_family_link_person_id"), table_name="family_link")
    op.drop_table("family_link")
    op.drop_index(op.f("ix_enrolment_person_id"), table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index(op.f("ix_binding_person_id"), table_name="binding")
    op.drop_index(op.f("ix_binding_openid_index"), table_name="binding")
    op.drop_table("binding")
    op.drop_table("tombstone")
    op.drop_table("signing_key")
    op.drop_index(op.f("ix_session_openid_index"), table_name="session")
    op.drop_index(op.f("ix_session_expires_at"), table_name="session")
    op.drop_table("session")
    op.drop_index("ix_seen_frame_similar", table_name="seen_frame")
    op.drop_index(op.f("ix_seen_frame_sha256"), table_name="seen_frame")
    op.drop_index(op.f("ix_seen_frame_seen_at"), table_name="seen_frame")
    op.drop_index(op.f("ix_seen_frame_challenge_id"), table_name="seen_frame")
    op.drop_table("seen_frame")
    op.drop_table("provider_token")
    op.drop_table("policy")
    op.drop_table("person")
    op.drop_table("lookup")
    op.drop_table("institution")
    op.drop_index(op.f("ix_idempotency_created_at"), table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_index(op.f("ix_consent_person_id"), table_name="consent")
    op.drop_index(op.f("ix_consent_openid_index"), table_name="consent")
    op.drop_index(op.f("ix_consent_attempt_id"), table_name="consent")
    op.drop_table("consent")
