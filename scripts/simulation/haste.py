"""Makes the real flows cheaper for a simulation, whose lost work can be done again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from api.ports import Ports


@contextmanager
def held(db: Session) -> Iterator[None]:
    """Hold the rows that a session reads or adds: the session does so weakly, and reads them again."""
    rows: list[object] = []

    def hold(_: Session, row: object) -> None:
        rows.append(row)

    for name in ("loaded_as_persistent", "pending_to_persistent"):
        event.listen(db, name, hold)
    yield


@contextmanager
def hurried(ports: Ports) -> Iterator[None]:
    """Disable SQLite's disk sync and Python's garbage collection: lost work can be recreated."""
    if ports.database.engine.dialect.name == "sqlite":
        ports.database.engine.dispose()
        event.listen(ports.database.engine, "connect", _in_haste)
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        if ports.database.engine.dialect.name == "sqlite":
            event.remove(ports.database.engine, "connect", _in_haste)
            ports.database.engine.dispose()


def _in_haste(connection: object, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]
