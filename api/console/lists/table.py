"""Reads one page of a list by key, so that every page costs the same."""

import base64
import binascii
import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from api.ports import CHINA, Ports
from models.base import UtcDateTime
from models.domain.console.operator import Right
from models.domain.errors import Malformed

PAGE, MOST = 50, 5_000
# A spreadsheet treats a cell that begins with one of these as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """A sort column, never NULL; `falling`: descending by default."""

    column: InstrumentedAttribute[Any]
    falling: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a list: one of its choices; where there are none a day (2026-12-31), or any text."""

    title: str
    where: Callable[[str], ColumnElement[bool]]
    choices: Mapping[Any, str] = field(default_factory=dict)
    usual: str = ""
    has_all: bool = True
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: required right, column titles by name, and how rows are selected and shown."""

    title: str
    right: Right
    columns: Mapping[str, str]
    wanted: Callable[[], Any]
    key: InstrumentedAttribute[str]
    orders: Mapping[str, Order]
    shown: Callable[[Ports, Any], Cells]
    filters: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """A request for a page: filters by name, order, and the key of the previous row."""

    given: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list as values by column; `after` is the key of the next page, "" on the last."""

    rows: Sequence[Cells]
    after: str


def read(ports: Ports, found: Listed, query: Query, most: int = PAGE) -> Page:
    """Return a page of a list; raises Malformed for an unknown order, choice or key."""
    name, falling = order_of(found, query.sort)
    column = found.orders[name].column
    wanted = found.wanted().add_columns(column.label("sort_value"), found.key.label("sort_key"))
    for filtered, value in given(found, query).items():
        wanted = wanted.where(found.filters[filtered].where(value))
    if query.after:
        here, last = tuple_(column, found.key), _position(query.after, column)
        wanted = wanted.where(here < last if falling else here > last)
    for one in (column, found.key):
        wanted = wanted.order_by(one.desc() if falling else one.asc())
    with ports.database.reading() as db:
        rows = db.execute(wanted.limit(most + 1)).all()
        shown = [found.shown(ports, row) for row in rows[:most]]
    more = len(rows) > most
    return Page(shown, _token(rows[most - 1].sort_value, rows[most - 1].sort_key) if more else "")


def order_of(found: Listed, sort: str) -> tuple[str, bool]:
    """Return the sort column and whether it is descending; "-name" reverses it."""
    name = sort.removeprefix("-") or next(iter(found.orders))
    if name not in found.orders:
        raise Malformed("sort")
    return name, found.orders[name].falling != sort.startswith("-")


def given(found: Listed, query: Query) -> dict[str, str]:
    """Return the active filters by name, including defaults."""
    chosen = {}
    for name, one in found.filters.items():
        value = query.given.get(name, one.usual).strip()
        if one.choices and value not in ("", *(("all",) if one.has_all else ()), *one.choices):
            raise Malformed(name)
        if value and value != "all":
            chosen[name] = value
    return chosen


def as_csv(found: Listed, rows: Sequence[Cells]) -> str:
    """Return rows as CSV; cells that a spreadsheet would run as formulas are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(found.columns.values())
    writer.writerows([defused(row[name]) for name in found.columns] for row in rows)
    # Excel recognizes UTF-8 only by its byte order mark.
    return "\ufeff" + out.getvalue()


def day(at: datetime) -> str:
    """Return a date in China Standard Time."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d")


def end_of(text: str) -> datetime:
    """Return when a day written as 2026-12-31 ends in China; raises Malformed."""
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time.min, CHINA)
    except (ValueError, OverflowError):
        raise Malformed("day") from None


def minute(at: datetime | None) -> str:
    """Return a time in China Standard Time, "" for none."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if at else ""


def defused(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def _token(value: object, key: str) -> str:
    """Return a row's position in its order as URL-safe text."""
    told = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([told, key]).encode()).decode().rstrip("=")


def _position(token: str, column: InstrumentedAttribute[Any]) -> Any:
    """Return the position in a token, as SQL."""
    try:
        value, key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        kind = datetime if isinstance(column.type, UtcDateTime) else column.type.python_type
        if kind is datetime:
            value = datetime.fromisoformat(value)
        if not isinstance(value, kind) or not isinstance(key, str) or "\0" in f"{value}{key}":
            raise Malformed("after")
    except (ValueError, TypeError, binascii.Error):
        raise Malformed("after") from None
    if isinstance(value, datetime) and value.tzinfo is None:
        raise Malformed("after")
    return tuple_(literal(value, column.type), literal(key))
