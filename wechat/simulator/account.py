"""Composes one mini-program's account at WeChat."""

import sqlite3
import threading
import time
from collections import defaultdict, deque
from typing import Any

from wechat.simulator.credentials import Logins, Tokens
from wechat.simulator.faces import Faces, Risks
from wechat.simulator.store import Store
from wechat.simulator.subscriptions import Subscriptions, Template

MINUTE_S = 60
# Calls per minute, from WeChat's documentation.
CODES = 5
QUOTAS = {"/cgi-bin/stable_token": 10_000, "/wxa/getwxacodeunlimit": 5_000}


class Account:
    """The account's identity, and everything WeChat stores for it."""

    def __init__(self, appid: str, secret: str, template_id: str, state: str = "") -> None:
        self.appid, self.secret = appid, secret
        store = Store(state)
        self.tokens, self.logins = Tokens(store), Logins(store)
        self.subscriptions = Subscriptions(store)
        self.faces, self.risks = Faces(store), Risks(store, appid)
        self.calls = Calls(store)
        self.codes: deque[str] = deque(maxlen=CODES)
        self.now, self.put_ahead = store.now, store.put_ahead
        if template_id not in self.subscriptions.templates():
            self.subscriptions.add(Template(template_id))


class Calls:
    """Counts of each call, and the quotas per minute."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._recent: dict[str, deque[float]] = defaultdict(deque)

    def count(self, path: str) -> None:
        """Count one call by its path."""
        with self._store.work() as db:
            db.execute(
                "insert into call values (?, 1) on conflict (path) do update set count = count + 1", (path,)
            )

    def within_quota(self, path: str, quota: Any = None) -> bool:
        """Return whether this call may be made; `quota` overrides WeChat's own limit per minute."""
        limit = QUOTAS.get(path) if quota is None else int(quota)
        with self._lock:
            recent, now = self._recent[path], time.monotonic()
            while recent and now - recent[0] > MINUTE_S:
                recent.popleft()
            if limit is not None and len(recent) >= limit:
                return False
            recent.append(now)
            return True

    def forget(self) -> None:
        """Begin a new minute."""
        with self._lock:
            self._recent.clear()

    def all(self) -> dict[str, int]:
        """Return the counts by path."""
        with self._store.work() as db:
            rows: list[sqlite3.Row] = db.execute("select * from call order by path").fetchall()
        return {row["path"]: row["count"] for row in rows}
