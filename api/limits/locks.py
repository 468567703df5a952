"""Locks for counting before writing: the subjects stay locked until the transaction ends."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def hold(db: Session, *subjects: str) -> None:
    """Lock these subjects until this transaction ends.

    PostgreSQL takes advisory locks in a fixed order; on SQLite a writing transaction is exclusive anyway.
    """
    if db.get_bind().dialect.name != "postgresql":
        return
    for subject in sorted(subjects):
        db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))
