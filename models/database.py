"""One engine, one way to begin a transaction, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from models.domain.errors import Refusal

BUSY_S = 10
# Rows of an index that SQLite looks at for its statistics: enough to choose one, and milliseconds.
ANALYSED_ROWS = 1000
# Connections of a process, and how long a request queues for one before it is told to come again.
POOL = 16
POOL_WAIT_S = 1.0


class Database:
    """Opens transactions. Callers pass the session on; a second one in one thread raises RuntimeError."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(self.engine.execution_options(reading=True), expire_on_commit=False)
        self._is_open: ContextVar[bool] = ContextVar("is_open", default=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session; commit at the end of the block.

        Any exception rolls back, save a Refusal that asks to be remembered.
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
        """Yield a session that only reads and never waits for a writer; what it changes is dropped."""
        with self._alone(), self._reading() as session:
            yield session

    def joined(self, session: Session) -> "Database":
        """Return a database whose only transaction is the one that `session` has open."""
        return _Joined(self.engine, session)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Raise RuntimeError when this thread has a session open: SQLite would wait for itself."""
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
        """Renew the statistics of SQLite's query planner; PostgreSQL renews its own."""
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
        """Yield the open session; whoever opened it commits."""
        yield self._session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield the open session."""
        yield self._session


def _engine(url: str) -> Engine:
    """Return an engine set up for short, durable transactions."""
    pool: dict[str, Any] = {"pool_size": 8, "max_overflow": POOL - 8, "pool_timeout": POOL_WAIT_S}
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False}, **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    options = f"-c lock_timeout={BUSY_S * 1000} -c statement_timeout={BUSY_S * 2000}"
    return create_engine(url, pool_pre_ping=True, connect_args={"options": options}, **pool)


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
