"""Limits per window of time, counted in Redis, else in the tables; without either nothing is let through."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.dialects import postgresql, sqlite

from api.ports import Ports
from models import tables
from models.domain.errors import TooMany
from models.domain.identity.rate import RATES, Rate, RateKind


def take(ports: Ports, subject: str, *kinds: RateKind) -> None:
    """Count one of each kind and raise TooMany, with the seconds to wait, beyond what a window allows.

    The subject is counted under a keyed digest: no address and no openid is stored.
    """
    if in_redis(ports, subject, *kinds):
        return
    rates = _keys(ports, subject, kinds)
    _hold(ports, rates, [_in_tables(ports, key, rate.left(ports.now())) for key, rate in rates.items()])


def in_redis(ports: Ports, subject: str, *kinds: RateKind) -> bool:
    """Do the same in Redis; return False where there is none or it is away."""
    rates = _keys(ports, subject, kinds)
    kept = {key: rate.left(ports.now()) + 1 for key, rate in rates.items()}
    counted = ports.counters.count(kept) if ports.counters else None
    if counted is not None:
        _hold(ports, rates, counted)
    return counted is not None


def too_many(ports: Ports, rate: Rate) -> TooMany:
    """Return the refusal beyond a rate, with the seconds to wait."""
    refusal = TooMany("too many requests; please wait")
    refusal.after = rate.left(ports.now())
    return refusal


def _keys(ports: Ports, subject: str, kinds: Iterable[RateKind]) -> dict[str, Rate]:
    """Return the names of the counters with their rates."""
    now, whose = ports.now(), ports.vault.index("rate", subject)[:32]
    return {f"{kind}:{whose}:{RATES[kind].number(now)}": RATES[kind] for kind in kinds}


def _hold(ports: Ports, rates: dict[str, Rate], counted: Iterable[int]) -> None:
    for rate, count in zip(rates.values(), counted, strict=True):
        if count > rate.most:
            raise too_many(ports, rate)


def _in_tables(ports: Ports, key: str, seconds: int) -> int:
    """Add one to a row, made at first use, and return its count."""
    row = tables.RateCount
    with ports.database.transaction() as db:
        dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
        first = dialect.insert(row).values(key=key, counted=1, until=ports.now() + timedelta(seconds=seconds))
        more = first.on_conflict_do_update(index_elements=[row.key], set_={"counted": row.counted + 1})
        return int(db.execute(more.returning(row.counted)).scalar_one())
