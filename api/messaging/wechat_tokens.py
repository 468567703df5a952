"""WeChat's access token, stored in the database and shared by all processes."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import IntegrityError

from models import tables
from models.database import Database
from models.vault import Vault

LEASE = timedelta(seconds=15)
LOOK_AGAIN_S = 0.05
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class DatabaseTokens:
    """The gateway's token store.

    One process at a time leases the right to fetch; the others wait for its result without an open
    transaction. A killed process's lease expires.
    """

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime]) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def get(self, appid: str) -> tuple[str, datetime] | None:
        """Return the stored token and its expiry."""
        with self._database.reading() as db:
            row = db.get(tables.ProviderToken, appid)
            return self._opened(row) if row else None

    def refresh(self, appid: str, stale: str | None, fetch: Callable[[], tuple[str, datetime]]) -> str:
        """Return a token other than `stale`: one fetched by another process, or by this one."""
        pause = threading.Event()
        # Waiting processes only read: many writers could starve the fetching process of SQLite's single lock.
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
        """Return a stored token that is valid and not the stale one, or None."""
        found = self.get(appid)
        return found[0] if found and found[0] != stale and self._now() < found[1] else None

    def _fetching(self, appid: str) -> bool:
        """Tell whether another process is fetching."""
        with self._database.reading() as db:
            row = db.get(tables.ProviderToken, appid)
            return row is not None and row.fetching_until is not None and self._now() < row.fetching_until

    def _leased(self, appid: str, stale: str | None) -> bool:
        """Acquire the lease to fetch; False when a fresh token exists or another process holds the lease."""
        try:
            return self._lease(appid, stale)
        except IntegrityError:
            # Another process inserted the installation's first row in this instant.
            return False

    def _lease(self, appid: str, stale: str | None) -> bool:
        with self._database.transaction() as db:
            row = db.get(tables.ProviderToken, appid, with_for_update=True, populate_existing=True)
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
        """Store the token and release the lease."""
        with self._database.transaction() as db:
            row = db.get_one(tables.ProviderToken, appid)
            row.token = self._vault.seal(f"provider_token.token:{appid}", token) if token else None
            row.expires_at, row.fetching_until = expires_at, None

    def _opened(self, row: tables.ProviderToken) -> tuple[str, datetime] | None:
        """Return the row's token and expiry, or None."""
        if row.token is None:
            return None
        return self._vault.text(f"provider_token.token:{row.appid}", row.token), row.expires_at
