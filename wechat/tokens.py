"""A token store for one process."""

import threading
from collections.abc import Callable
from datetime import datetime


class MemoryTokens:
    """Keeps the token in memory; threads wait for each other's fetch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def get(self, appid: str) -> tuple[str, datetime] | None:
        """Return the stored token and its expiry."""
        return self._tokens.get(appid)

    def refresh(self, appid: str, stale: str | None, fetch: Callable[[], tuple[str, datetime]]) -> str:
        """Return a token other than `stale`: another thread's newer one, or one fetched now."""
        with self._lock:
            found = self._tokens.get(appid)
            if found is None or found[0] == stale:
                found = self._tokens[appid] = fetch()
            return found[0]
