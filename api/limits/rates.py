"""Limits per window of time, counted in Redis, else in the tables; without either nothing is let through."""

from datetime import timedelta

from sqlalchemy.dialects import postgresql, sqlite

from api.ports import Ports
from models import tables
from models.domain.errors import TooMany
from models.domain.identity.rate import RATES, RateKind


def take(ports: Ports, kind: RateKind, subject: str) -> None:
    """Count one and raise TooMany, with the seconds to wait, beyond what the window allows.

    The subject is counted under a keyed digest: no address and no openid is stored.
    """
    rate, now = RATES[kind], ports.now()
    key = f"{kind}:{ports.vault.index('rate', subject)[:32]}:{rate.number(now)}"
    counted = ports.counters.count(key, rate.left(now) + 1) if ports.counters else None
    if counted is None:
        counted = _in_tables(ports, key, rate.left(now))
    if counted > rate.most:
        refusal = TooMany("too many requests; please wait")
        refusal.after = rate.left(now)
        raise refusal


def _in_tables(ports: Ports, key: str, seconds: int) -> int:
    """Add one to a row, made at first use, and return its count."""
    row = tables.RateCount
    with ports.database.transaction() as db:
        dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
        first = dialect.insert(row).values(key=key, counted=1, until=ports.now() + timedelta(seconds=seconds))
        more = first.on_conflict_do_update(index_elements=[row.key], set_={"counted": row.counted + 1})
        return int(db.execute(more.returning(row.counted)).scalar_one())
