"""Counts in Redis, shared by all processes."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from redis import Redis
from redis.exceptions import RedisError

# A Redis that does not answer is asked again after this; the tables count meanwhile.
RESTS = timedelta(seconds=5)
TIMEOUT_S = 0.5

log = structlog.get_logger()


class RedisCounters:
    """Counters that go away by themselves; None instead of a count while Redis is away."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._redis = Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        self._now = now
        self._rests_until: datetime | None = None

    def count(self, kept: Mapping[str, int]) -> list[int] | None:
        """Add one to each counter and return the counts, in one round trip.

        `kept` maps a counter's name to the seconds after which it is forgotten.
        """
        if self._rests_until is not None and self._now() < self._rests_until:
            return None
        try:
            with self._redis.pipeline(transaction=True) as all_at_once:
                for key, seconds in kept.items():
                    all_at_once.incr(f"yibao:rate:{key}")
                    all_at_once.expire(f"yibao:rate:{key}", seconds)
                return [int(count) for count in all_at_once.execute()[::2]]
        except RedisError as error:
            self._rests_until = self._now() + RESTS
            log.warning("counters_away", kind=type(error).__name__)
            return None


def counters(jobs_url: str, now: Callable[[], datetime]) -> RedisCounters | None:
    """Return counters in the Redis that also holds the queue; None where there is none."""
    return RedisCounters(jobs_url, now) if urlsplit(jobs_url).scheme in ("redis", "rediss") else None
