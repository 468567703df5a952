"""Bulk inserts half a year of purchases of many persons."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Engine, Integer, LargeBinary, Table, text
from sqlalchemy.types import TypeDecorator

from models.base import Base
from models.domain.appeal import AppealState
from models.domain.attempt import AttemptState, Channel
from models.domain.delivery import DeliveryKind, DeliveryState
from models.domain.verification import VerificationState

SPAN = timedelta(days=180)
AT_ONCE = 5000
Row = dict[str, Any]


def fill(engine: Engine, institutions: tuple[str, str], size: tuple[int, int], now: datetime) -> None:
    """Insert persons and verifications, a fifth of the latter at the first institution."""
    for name, rows in purchases(institutions, size, now).items():
        write(engine, Base.metadata.tables[name], rows)


def purchases(shops: tuple[str, str], size: tuple[int, int], now: datetime) -> dict[str, Iterator[Row]]:
    """Return the rows of persons and verifications by table, in the order in which they refer to others."""
    persons, verifications = size
    return {
        "person": ({"id": f"psn_f{n}", "id_index": f"f{n}"} for n in range(persons)),
        "enrolment": (_enrolment(n) for n in range(persons)),
        "verification": (_verification(n, persons, shops, at(n, size, now)) for n in range(verifications)),
        "attempt": (_attempt(n, persons, at(n, size, now)) for n in range(verifications)),
        "event": (_event(n, step, at(n, size, now)) for n in range(verifications) for step in (1, 2, 3)),
        "delivery": (_delivery(n, shops, at(n, size, now)) for n in range(verifications)),
        "challenge": (_challenge(n, at(n, size, now)) for n in range(verifications)),
        "capture": (_capture(n, at(n, size, now)) for n in range(verifications)),
        "frame": (_frame(n) for n in range(0, verifications, 20)),
        "seen_frame": (_seen(n, persons, at(n, size, now), now) for n in range(verifications)),
        "appeal": (_appeal(n, persons, shops, at(n, size, now)) for n in range(0, verifications, 20)),
    }


def at(number: int, size: tuple[int, int], now: datetime) -> datetime:
    """Return when a purchase of this number was made: evenly over the span."""
    return now - SPAN + SPAN * (number / size[1]) - timedelta(hours=1)


def _owner(number: int, institutions: tuple[str, str]) -> str:
    return institutions[0 if number % 5 == 0 else 1]


def _enrolment(number: int) -> Row:
    return {"id": f"enr_f{number}", "person_id": f"psn_f{number}", "photo_key": f"photos/f{number}"}


def _frame(number: int) -> Row:
    return {"challenge_id": f"chl_f{number}", "seq": 1, "file_key": f"frames/chl_f{number}/1"}


def _verification(number: int, persons: int, institutions: tuple[str, str], at: datetime) -> Row:
    return {
        "id": f"vrf_f{number}",
        "institution_id": _owner(number, institutions),
        "order_no": f"F-{number}",
        "cardholder_id": f"psn_f{number % persons}",
        "state": VerificationState.PASSED,
        "created_at": at,
        "expires_at": at,
        "ended_at": at,
        "popup_hash": f"f{number}",
        "last_seq": 3,
    }


def _attempt(number: int, persons: int, at: datetime) -> Row:
    return {
        "id": f"att_f{number}",
        "verification_id": f"vrf_f{number}",
        "number": 1,
        "scene": f"f{number}",
        "channel": Channel.PUSH,
        "person_id": f"psn_f{number % persons}",
        "owner_index": f"f{number % persons}",
        "state": AttemptState.PASSED,
        "created_at": at,
        "expires_at": at,
    }


def _event(number: int, step: int, at: datetime) -> Row:
    return {"verification_id": f"vrf_f{number}", "seq": step, "type": "attempt.passed", "created_at": at}


def _delivery(number: int, institutions: tuple[str, str], at: datetime) -> Row:
    return {
        "id": f"dlv_f{number}",
        "kind": DeliveryKind.WEBHOOK,
        "verification_id": f"vrf_f{number}",
        "institution_id": _owner(number, institutions),
        "state": DeliveryState.DELIVERED,
        "created_at": at,
        "next_at": at,
    }


def _challenge(number: int, at: datetime) -> Row:
    return {"id": f"chl_f{number}", "attempt_id": f"att_f{number}", "number": 1, "created_at": at}


def _capture(number: int, at: datetime) -> Row:
    return {"challenge_id": f"chl_f{number}", "first_at": at, "deleted_at": at}


def _seen(number: int, persons: int, at: datetime, now: datetime) -> Row:
    recent = at > now - timedelta(days=89)
    return {
        "sha256": f"{number:064}",
        "phash": f"{number:016x}" if recent else "",
        "challenge_id": f"chl_f{number}",
        "person_id": f"psn_f{number % persons}",
        "seen_at": max(at, now - timedelta(days=179)),
    }


def _appeal(number: int, persons: int, institutions: tuple[str, str], at: datetime) -> Row:
    return {
        "id": f"apl_f{number}",
        "attempt_id": f"att_f{number}",
        "verification_id": f"vrf_f{number}",
        "institution_id": _owner(number, institutions),
        "person_id": f"psn_f{number % persons}",
        "openid_index": f"f{number % persons}",
        "state": AppealState.UPHELD,
        "created_at": at,
        "reviewed_at": at,
        "photos_deleted_at": at,
        "photo_keys": [],
    }


def write(engine: Engine, table: Table, rows: Iterator[Row]) -> None:
    """Insert rows; missing columns are null, or the smallest value of a column that is not nullable."""
    columns = [column for column in table.columns if column.autoincrement is not True]
    names, filled = ", ".join(f'"{column.name}"' for column in columns), _filled(engine, columns, rows)
    with engine.begin() as connection:
        if engine.dialect.name != "postgresql":
            marks = ", ".join("?" * len(columns))
            while some := list(islice(filled, AT_ONCE)):
                connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', some)  # noqa: S608
            return
        # Half a year in one statement takes longer than any request may.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        # No foreign key is checked: what the rows refer to was written before.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in filled:
                copy.write_row(row)


def _filled(engine: Engine, columns: list[Column[Any]], rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
    """Yield each row's values as the driver takes them; what a row lacks is worked out once a column."""
    plain = {column.name: _converter(engine, column) for column in columns}
    blank = {column.name: _least(column, plain[column.name]) for column in columns}
    times = [column.name for column in columns if blank[column.name] is _EPOCH]
    for row in rows:
        given = dict.fromkeys(times, row.get("created_at") or row.get("first_at") or _EPOCH) | row
        full = blank | {name: plain[name](value) for name, value in given.items()}
        yield tuple(full.values())


def _converter(engine: Engine, column: Column[Any]) -> Callable[[Any], Any]:
    """Return what makes a value of this column one that the driver takes."""
    if engine.dialect.name == "postgresql":
        # COPY takes text.
        dumped = isinstance(column.type, JSON)
        return lambda value: json.dumps(value) if dumped else getattr(value, "value", value)
    return column.type.dialect_impl(engine.dialect).bind_processor(engine.dialect) or (lambda value: value)


def _least(column: Column[Any], plain: Callable[[Any], Any]) -> Any:
    """Return null, or the smallest value of a column that is not nullable; _EPOCH for an instant."""
    if column.nullable:
        return None
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, DateTime):
        return _EPOCH
    enum = getattr(column.type, "enum_class", None)
    least: list[tuple[type, Any]] = [
        (Boolean, False), (Integer, 0), (Date, _EPOCH.date()), (LargeBinary, b""), (JSON, {}),
    ]  # fmt: skip
    found = next(iter(enum)) if enum else next((one for some, one in least if isinstance(kind, some)), "")
    return plain(found)


_EPOCH = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
