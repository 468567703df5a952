"""One engine, one way to begin a transaction, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from models.domain.errors import Refusal

BUSY_S = 10
# Connections of a process, and how long a request queues for one before it is told to come again.
POOL = 16
POOL_WAIT_S = 1.0


class Database:
    """Gives transactions; one begun inside another joins it, so a flow can be part of a larger action."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(self.engine.execution_options(reading=True), expire_on_commit=False)
        self._current: ContextVar[Session | None] = ContextVar("transaction", default=None)
        self._reader: ContextVar[Session | None] = ContextVar("reader", default=None)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session; commit at the end of the outermost block.

        Any exception rolls back, save a Refusal that asks to be remembered.
        """
        outer = self._current.get()
        if outer is not None:
            yield outer
            return
        with self._writing() as session:
            token = self._current.set(session)
            try:
                yield session
                self.commit(session)
            except Refusal as refusal:
                if refusal.remember:
                    self.commit(session)
                raise
            finally:
                self._current.reset(token)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that only reads and never waits for a writer; what it changes is dropped.

        One begun inside another joins it: nobody who holds a connection waits for a second one.
        """
        outer = self._current.get() or self._reader.get()
        if outer is not None:
            yield outer
            return
        with self._reading() as session:
            token = self._reader.set(session)
            try:
                yield session
            finally:
                self._reader.reset(token)

    def commit(self, session: Session) -> None:
        """Make the transaction last. A seam of its own so that tests can kill a process around it."""
        session.commit()

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    """Return an engine set up for short, certain transactions."""
    pool: dict[str, Any] = {"pool_size": 8, "max_overflow": POOL - 8, "pool_timeout": POOL_WAIT_S}
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False}, **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    options = f"-c lock_timeout={BUSY_S * 1000} -c statement_timeout={BUSY_S * 2000}"
    return create_engine(url, pool_pre_ping=True, connect_args={"options": options}, **pool)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Make commits durable, readers free, and leave BEGIN to us."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_S * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    """Take the write lock first, unless only reading: upgrading a read lock later fails without waiting."""
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
