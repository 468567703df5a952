"""The engine and its transactions, on SQLite and PostgreSQL."""

import select
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker

from models.domain.errors import Refusal

BUSY_S = 10
# Index rows SQLite samples for its statistics: enough to choose an index, within milliseconds.
ANALYSED_ROWS = 1000
# Connections per process, and how long a request waits for one before it is refused as busy.
POOL = 16
POOL_WAIT_S = 1.0


class Database:
    """Opens transactions. Callers pass the session on; a second one in a thread raises RuntimeError."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(self.engine.execution_options(reading=True), expire_on_commit=False)
        self._looking = sessionmaker(_looking(self.engine), expire_on_commit=False, autoflush=False)
        self._is_open: ContextVar[bool] = ContextVar("is_open", default=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session; commit at the end of the block.

        Any exception rolls back, except a Refusal with `remember` set.
        """
        with self._alone(), self._writing() as session:
            try:
                yield session
                self.commit(session)
            except Refusal as refusal:
                if refusal.remember:
                    self.commit(session)
                raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a read-only session that never waits for a writer; changes are discarded."""
        with self._alone(), self._reading() as session:
            yield session

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """Yield a session of single reads: PostgreSQL runs each statement by itself, in one round trip.

        Nothing may be added, changed or streamed in it.
        """
        with self._alone(), self._looking() as session:
            yield session

    def kept(self) -> "KeptDatabase":
        """Return a database whose reads share one session until a transaction begins or it is closed."""
        return KeptDatabase(self)

    def joined(self, session: Session) -> "Database":
        """Return a database whose only transaction is the one that `session` has open."""
        return _Joined(self.engine, session)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Raise RuntimeError when this thread has a session open: on SQLite it would wait for itself."""
        if self._is_open.get():
            raise RuntimeError("a session is open here: pass it on, or use Ports.within")
        token = self._is_open.set(True)
        try:
            yield
        finally:
            self._is_open.reset(token)

    def commit(self, session: Session) -> None:
        """Commit the transaction. A separate method so that tests can kill the process before or after it."""
        session.commit()

    def optimize(self) -> None:
        """Update SQLite's query planner statistics; PostgreSQL updates its own."""
        if self.engine.dialect.name != "sqlite":
            return
        with closing(self.engine.raw_connection()) as connection:
            for pragma in (f"analysis_limit={ANALYSED_ROWS}", "optimize=0x10002"):
                connection.cursor().execute(f"PRAGMA {pragma}")

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


class _Joined(Database):
    """A Database for a nested action: its writes commit with the enclosing transaction."""

    def __init__(self, engine: Engine, session: Session) -> None:
        self.engine = engine
        self._session = session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield the open session; its owner commits."""
        yield self._session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield the open session."""
        yield self._session


class KeptDatabase(Database):
    """A Database for one request that makes no other calls: rows already read are not read again."""

    def __init__(self, lasting: Database) -> None:
        self.engine = lasting.engine
        self._lasting = lasting
        self._held = ExitStack()
        self._session: Session | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session in a transaction; rows read before are read again afterwards."""
        self.close()
        with self._lasting.transaction() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield the session that all reads share."""
        if self._session is None:
            self._session = self._held.enter_context(self._lasting.looking())
        try:
            yield self._session
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Release the connection; a later read opens another session."""
        self._session = None
        self._held.close()


def _looking(engine: Engine) -> Engine:
    """Return the engine configured for single reads; SQLite still reads in a transaction."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reading=True)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _engine(url: str) -> Engine:
    """Return an engine set up for short, durable transactions."""
    # Last in, first out: the server process of the connection used last has its caches warm.
    pool: dict[str, Any] = {"pool_size": 8, "max_overflow": POOL - 8, "pool_timeout": POOL_WAIT_S}
    pool["pool_use_lifo"] = True
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False}, **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    options = f"-c lock_timeout={BUSY_S * 1000} -c statement_timeout={BUSY_S * 2000}"
    arguments = {"options": options, "tcp_user_timeout": BUSY_S * 1000}
    engine = create_engine(url, connect_args=arguments, **pool)
    event.listen(engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: Any, _fairy: Any) -> None:
    """Detect a connection that the server has closed: only such a one is readable while idle."""
    if not connection.closed:
        told = select.poll()
        told.register(connection.fileno(), select.POLLIN)
        if not told.poll(0):
            return
    raise InvalidatePoolError("the server has closed the connection")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Make commits durable, keep readers from blocking, and leave BEGIN to this module."""
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
