"""Count guesses by kind and subject, instead of under invented institution ids."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

KINDS = ("counter", "phone", "till_code_by", "till_code_for", "staff_code")
OLD = "lookup"
NEW = "guess_tally"


def upgrade() -> None:
    op.create_table(
        NEW,
        sa.Column("kind", sa.Enum(*KINDS, name="guesskind", native_enum=False, length=24), primary_key=True),
        sa.Column("subject", sa.String(128), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
    )
    # till_code counted openids and persons alike; persons are recognised by their ids.
    code = r"CASE WHEN counter LIKE 'per\_%' ESCAPE '\' THEN 'till_code_for' ELSE 'till_code_by' END"
    kind = (
        "CASE WHEN institution_id IN ('phone', 'staff_code') THEN institution_id "
        f"WHEN institution_id = 'till_code' THEN {code} ELSE 'counter' END"
    )
    subject = (
        "CASE WHEN institution_id IN ('phone', 'staff_code', 'till_code') THEN counter "
        "ELSE institution_id || '/' || counter END"
    )
    columns = "kind, subject, day, asked, missed"
    op.execute(f"INSERT INTO {NEW} ({columns}) SELECT {kind}, {subject}, day, asked, missed FROM {OLD}")  # noqa: S608
    op.drop_table(OLD)


def downgrade() -> None:
    op.create_table(
        OLD,
        sa.Column("institution_id", sa.String(32), primary_key=True),
        sa.Column("counter", sa.String(64), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
    )
    # A counter's subject begins with its institution, up to the first slash.
    slash = f"{'instr' if op.get_bind().dialect.name == 'sqlite' else 'strpos'}(subject, '/')"
    place = (
        f"CASE WHEN kind = 'counter' THEN substr(subject, 1, {slash} - 1) "
        "WHEN kind IN ('till_code_by', 'till_code_for') THEN 'till_code' ELSE kind END"
    )
    counter = f"CASE WHEN kind = 'counter' THEN substr(subject, {slash} + 1) ELSE subject END"
    columns = "institution_id, counter, day, asked, missed"
    op.execute(f"INSERT INTO {OLD} ({columns}) SELECT {place}, {counter}, day, asked, missed FROM {NEW}")  # noqa: S608
    op.drop_table(NEW)
