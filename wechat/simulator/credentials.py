"""Access tokens for servers, and login codes for phones.

https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
"""

import secrets
import sqlite3

from wechat.simulator.store import Store

TOKEN_S = 7200
HANDOVER_S = 300
FORCED_APART_S = 30
FORCED_A_DAY = 20
DAY_S = 86400
CODE_S = 300
# Two independent kinds: /cgi-bin/stable_token and the older /cgi-bin/token.
STABLE, PLAIN = "stable", "plain"


class Tokens:
    """The access tokens of one account."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def stable(self, *, force: bool = False) -> tuple[int, str, int]:
        """Return (errcode, token, seconds): the same token until its last five minutes, or until forced."""
        with self._store.work() as db:
            now = self._store.now()
            found = _newest(db, STABLE, now)
            if force and _forced(db, now) >= FORCED_A_DAY:
                return 45009, "", 0
            apart = force and not _forced(db, now, within=FORCED_APART_S)
            if found is None or found["until"] - now <= HANDOVER_S or apart:
                found = _issue(db, STABLE, now, forced=apart)
            return 0, found["value"], int(found["until"] - now)

    def plain(self) -> tuple[str, int]:
        """Return a new token; the previous one stays valid for five minutes."""
        with self._store.work() as db:
            return _issue(db, PLAIN, self._store.now(), forced=False)["value"], TOKEN_S

    def rotate(self) -> None:
        """Issue a new stable token; the old one stays valid for five minutes."""
        with self._store.work() as db:
            _issue(db, STABLE, self._store.now(), forced=False)

    def expire(self) -> None:
        """End every token now."""
        with self._store.work() as db:
            db.execute("update token set until = 0")

    def errcode(self, token: str) -> int:
        """Return 0 for a valid token, 42001 for an expired one, 41001, 40014 and 40001 for others."""
        if len(token) < 16:
            return 40014 if token else 41001
        with self._store.work() as db:
            found = db.execute("select until from token where value = ?", (token,)).fetchone()
        if found is None:
            return 40001
        return 0 if self._store.now() < found["until"] else 42001


class Logins:
    """The codes of wx.login."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, openid: str) -> str:
        """Return a code as wx.login would give it to this openid's mini-program."""
        code = secrets.token_urlsafe(24)
        with self._store.work() as db:
            db.execute(
                "insert into code (value, openid, until) values (?, ?, ?)",
                (code, openid, self._store.now() + CODE_S),
            )
        return code

    def redeem(self, code: str) -> tuple[int, str]:
        """Return (errcode, openid): 40029 for an unknown or old code, 40163 for a used one."""
        with self._store.work() as db:
            found = db.execute("select * from code where value = ?", (code,)).fetchone()
            if found is None or self._store.now() >= found["until"]:
                return 40029, ""
            if found["used"]:
                return 40163, ""
            db.execute("update code set used = 1 where value = ?", (code,))
            db.execute("insert or replace into visit values (?, ?)", (found["openid"], self._store.now()))
            return 0, found["openid"]


def _newest(db: sqlite3.Connection, kind: str, now: float) -> sqlite3.Row | None:
    """Return the newest token of a kind that is still valid."""
    wanted = "select * from token where kind = ? and until > ? order by rowid desc limit 1"
    found: sqlite3.Row | None = db.execute(wanted, (kind, now)).fetchone()
    return found


def _issue(db: sqlite3.Connection, kind: str, now: float, *, forced: bool) -> sqlite3.Row:
    """Issue a token; previous ones expire after the overlap, or at once when it was forced."""
    ends = now if forced else now + HANDOVER_S
    db.execute("update token set until = min(until, ?) where kind = ?", (ends, kind))
    value = secrets.token_urlsafe(96)
    db.execute("insert into token values (?, ?, ?, ?)", (value, kind, now + TOKEN_S, now if forced else None))
    found: sqlite3.Row = db.execute("select * from token where value = ?", (value,)).fetchone()
    return found


def _forced(db: sqlite3.Connection, now: float, within: float = DAY_S) -> int:
    """Return how many tokens were forced recently."""
    (count,) = db.execute("select count(*) from token where forced_at > ?", (now - within,)).fetchone()
    return int(count)
