"""Counts what is asked of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.support.world import World


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Yield the statements and the sessions that follow."""
    engine, seen = world.ports.database.engine, list[str]()

    def begun(_connection: object) -> None:
        seen.append("session")

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "begin", begun)
    event.listen(engine, "before_cursor_execute", heard)
    yield seen
    event.remove(engine, "begin", begun)
    event.remove(engine, "before_cursor_execute", heard)


def asked(seen: list[str]) -> int:
    return len([one for one in seen if one.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")])
