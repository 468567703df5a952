"""Limits per window of time, counted in Redis, else in the tables; without either nothing is let through."""

from datetime import timedelta

from sqlalchemy.dialects import postgresql, sqlite

from api.ports import Ports
from models import tables
from models.domain.errors import TooMany
from models.domain.identity.rate import RATES, RateKind


def take(ports: Ports, subject: str, *kinds: RateKind) -> None:
    """Count one of each kind and raise TooMany, with the seconds to wait, beyond what a window allows.

    The subject is counted under a keyed digest: no address and no openid is stored.
    """
    now, whose = ports.now(), ports.vault.index("rate", subject)[:32]
    rates = {f"{kind}:{whose}:{RATES[kind].number(now)}": RATES[kind] for kind in kinds}
    kept = {key: rate.left(now) + 1 for key, rate in rates.items()}
    counted = ports.counters.count(kept) if ports.counters else None
    if counted is None:
        counted = [_in_tables(ports, key, rate.left(now)) for key, rate in rates.items()]
    for rate, count in zip(rates.values(), counted, strict=True):
        if count > rate.most:
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
