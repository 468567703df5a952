"""WeChat's access token, kept in the database so that all processes share one."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from models import tables
from models.database import Database
from models.vault import Vault

LEASE = timedelta(seconds=15)
LOOK_AGAIN_S = 0.05
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class DatabaseTokens:
    """The token store behind the gateway.

    One process at a time leases the right to fetch; the others wait for what it brings, without
    holding a transaction. A lease left by a killed process runs out by itself.
    """

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime]) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def get(self, appid: str) -> tuple[str, datetime] | None:
        """Return the token on record and when it expires."""
        with self._database.reading() as db:
            row = db.get(tables.ProviderToken, appid)
            return self._opened(row) if row else None

    def refresh(self, appid: str, stale: str | None, fetch: Callable[[], tuple[str, datetime]]) -> str:
        """Return a token other than `stale`: what somebody else brought, or one fetched now."""
        pause = threading.Event()
        # Waiting processes only read: many writers at SQLite's one lock could starve the one that fetches.
        while self._fetching(appid) or not self._leased(appid, stale):
            fresh = self._fresh(appid, stale)
            if fresh is not None:
                return fresh
            pause.wait(LOOK_AGAIN_S)
        try:
            token, expires_at = fetch()
        except BaseException:
            self._store(appid, None, NEVER)
            raise
        self._store(appid, token, expires_at)
        return token

    def _fresh(self, appid: str, stale: str | None) -> str | None:
        """Return a token on record that may be used and is not the stale one."""
        found = self.get(appid)
        return found[0] if found and found[0] != stale and self._now() < found[1] else None

    def _fetching(self, appid: str) -> bool:
        """Tell whether somebody is fetching just now."""
        with self._database.reading() as db:
            row = db.get(tables.ProviderToken, appid)
            return row is not None and row.fetching_until is not None and self._now() < row.fetching_until

    def _leased(self, appid: str, stale: str | None) -> bool:
        """Take the right to fetch; False when there is a fresh token or somebody else is fetching."""
        with self._database.transaction() as db:
            row = db.get(tables.ProviderToken, appid, with_for_update=True)
            if row is None:
                row = tables.ProviderToken(appid=appid, token=None, expires_at=NEVER)
                db.add(row)
            now, found = self._now(), self._opened(row)
            if found and found[0] != stale and now < found[1]:
                return False
            if row.fetching_until is not None and now < row.fetching_until:
                return False
            row.fetching_until = now + LEASE
            return True

    def _store(self, appid: str, token: str | None, expires_at: datetime) -> None:
        """Write the token down and give the lease back."""
        with self._database.transaction() as db:
            row = db.get_one(tables.ProviderToken, appid)
            row.token = self._vault.seal(f"provider_token.token:{appid}", token) if token else None
            row.expires_at, row.fetching_until = expires_at, None

    def _opened(self, row: tables.ProviderToken) -> tuple[str, datetime] | None:
        """Return the row's token and its end, or None while there is none."""
        if row.token is None:
            return None
        return self._vault.text(f"provider_token.token:{row.appid}", row.token), row.expires_at
