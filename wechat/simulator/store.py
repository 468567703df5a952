"""The simulator's persistent state: one SQLite file, or memory where no file is named."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SCHEMA = """
create table if not exists token (value text primary key, kind text, until real, forced_at real);
create table if not exists code (value text primary key, openid text, until real, used integer default 0);
create table if not exists visit (openid text primary key, at real);
drop table if exists template;
create table if not exists message_template (
    template_id text primary key, title text, long_term integer, labels text, choices text);
create table if not exists credit (
    openid text, template_id text, left_over integer default 0, refused integer default 0,
    primary key (openid, template_id));
create table if not exists message (
    id integer primary key, openid text, template_id text, data text, page text, sent_at text, msg_id text);
create table if not exists face (
    verify_id text primary key, out_seq_no text unique, openid text, cert_hash text, until real,
    verify_ret integer);
create table if not exists face_outcome (openid text primary key, verify_ret integer);
create table if not exists risk (openid text primary key, rank integer);
create table if not exists call (path text primary key, count integer);
create table if not exists clock (id integer primary key, ahead real);
"""


class Store:
    """The database file and the single lock around it; committed changes survive a kill."""

    def __init__(self, path: str = "") -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(SCHEMA)
        found = self._db.execute("select ahead from clock").fetchone()
        self._ahead = float(found["ahead"]) if found else 0.0

    def now(self) -> float:
        """Return seconds since 1970 by the simulator's clock."""
        return time.time() + self._ahead

    def put_ahead(self, seconds: float) -> None:
        """Set the clock ahead of the machine's."""
        with self.work() as db:
            db.execute("insert or replace into clock values (1, ?)", (seconds,))
        self._ahead = seconds

    @contextmanager
    def work(self) -> Iterator[sqlite3.Connection]:
        """Run the block in one transaction."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")
