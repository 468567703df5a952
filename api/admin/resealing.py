"""Re-encrypts all sealed values with the newest key, in small restartable steps."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import LargeBinary, Row, Select, Table, func, select, tuple_, update
from sqlalchemy.orm import Session

from api.directory import photos
from api.ports import Ports
from models.base import Base
from models.vault import HEAD, SM4, CannotOpen

BATCH = 200
# Random bytes without associated data.
PLAIN = frozenset({"salt"})
# Receives a column and how many of its values were re-encrypted.
Note = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of sealed values."""

    table: Table
    column: str

    @property
    def name(self) -> str:
        """Return table.column."""
        return f"{self.table.name}.{self.column}"

    def place(self, row: Row[Any]) -> str:
        """Return the associated data that a row's value is sealed with."""
        values = row._mapping
        match self.table.name:
            case "event":
                key = f"{values['verification_id']}:{values['seq']}"
            case "act":
                key = values["id"]
            case "idempotency":
                answered = repr((values["institution_id"], values["path"], values["key"]))
                key = hashlib.sha256(answered.encode()).hexdigest()
            case _:
                key = ":".join(str(values[column.name]) for column in self.table.primary_key)
        return f"{self.name}:{key}"


def columns() -> list[Sealed]:
    """Return every column that holds sealed values."""
    return [
        Sealed(table, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name not in PLAIN
    ]


def in_use(ports: Ports) -> dict[str, int]:
    """Return the number of sealed values under each key id, including ids missing from the key ring.

    What SM4 sealed is counted apart, as "id (SM4)".
    """
    counts: dict[str, int] = {}
    with ports.database.reading() as db:
        for sealed in columns():
            value = sealed.table.c[sealed.column]
            # Key ids are short: the id ends at the first NUL of these bytes.
            heads = select(func.substr(value, 1, HEAD)).where(value.is_not(None))
            for (head,) in db.execute(heads.execution_options(yield_per=1000)):
                _count(counts, bytes(head))
    for key in ports.objects.list(""):
        _count(counts, ports.objects.head(key))
    return counts


def _count(counts: dict[str, int], head: bytes) -> None:
    begun = head.partition(b"\0")[0]
    key_id = begun.removeprefix(SM4).decode("ascii", "replace")
    name = sm4(key_id) if begun.startswith(SM4) else key_id
    counts[name] = counts.get(name, 0) + 1


def sm4(key_id: str) -> str:
    """Return the name under which what SM4 sealed with a key is counted."""
    return f"{key_id} (SM4)"


def reseal(ports: Ports, note: Note) -> list[str]:
    """Re-encrypt everything with the newest key and ciphers; return the column of each unreadable value.

    Idempotent: values sealed so already are skipped, so an interrupted run can be repeated.
    """
    failed: list[str] = []
    for sealed in columns():
        failed += _column(ports, sealed, note)
    done = 0
    for key in ports.objects.list(""):
        try:
            done += ports.objects.reseal(key, partial(photos.renewed, ports, key))
        except CannotOpen:
            failed.append("object")
    note("objects", done)
    return failed


def _column(ports: Ports, sealed: Sealed, note: Note) -> Iterator[str]:
    """Re-encrypt one column; yield its name for each value that no key opens."""
    last: tuple[Any, ...] | None = None
    done = 0
    while True:
        with ports.database.transaction() as db:
            rows = db.execute(_old(ports, sealed, last)).all()
            for row in rows:
                try:
                    done += _value(ports, db, sealed, row)
                except CannotOpen:
                    yield sealed.name
        if not rows:
            break
        last = tuple(rows[-1]._mapping[column.name] for column in sealed.table.primary_key)
    note(sealed.name, done)


def _old(ports: Ports, sealed: Sealed, last: tuple[Any, ...] | None) -> Select[Any]:
    """Select the next rows whose value is under an older key."""
    head, value = ports.vault.newest + b"\0", sealed.table.c[sealed.column]
    key = tuple_(*sealed.table.primary_key)
    wanted = select(sealed.table).where(value.is_not(None), func.substr(value, 1, len(head)) != head)
    after = wanted if last is None else wanted.where(key > last)
    return after.order_by(*sealed.table.primary_key).limit(BATCH)


def _value(ports: Ports, db: Session, sealed: Sealed, row: Row[Any]) -> int:
    """Re-encrypt one value unless it was changed concurrently."""
    place, old = sealed.place(row), row._mapping[sealed.column]
    new = ports.vault.seal(place, ports.vault.open(place, old))
    same = [column == row._mapping[column.name] for column in sealed.table.primary_key]
    written = update(sealed.table).where(*same, sealed.table.c[sealed.column] == old)
    return int(db.execute(written.values({sealed.column: new})).rowcount)  # type: ignore[attr-defined]
