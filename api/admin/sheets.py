"""Reads spreadsheets: CSV in any code page and separator, and .xlsx."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from api.admin.text_files import decoded, text_records
from models.domain.errors import Invalid

MOST_BYTES = 256 * 1024 * 1024
HEADER_WITHIN = 10
NAMES = {
    "name": "name 姓名 参保人姓名 人员姓名 名字 psn_name",
    "id_type": "id_type 证件类型 类型 证件种类 psn_cert_type",
    "id_number": "id_number 证件号码 证件号 身份证号 身份证号码 公民身份号码 身份证 certno",
    "sex": "sex 性别 gender gend",
    "birth": "birth 出生日期 生日 出生年月日 brdy",
    "photo": "photo 照片 照片文件 照片文件名 相片",
    "openid": "openid 微信 微信openid",
    "relative_id_number": "relative_id_number 亲属证件号 亲属证件号码 家属证件号 家属证件号码",
    "relative_id_type": "relative_id_type 亲属证件类型 家属证件类型",
    "network": "network 网络 共济类型",
    "relation": "relation 关系 与本人关系",
}
COLUMNS = {word: column for column, words in NAMES.items() for word in words.split()}
Cells = list[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One non-empty row; `number` as the spreadsheet shows it; a missing column is None.

    `doubled`: columns that occur twice with different contents; `broken`: the row could not be parsed.
    """

    number: int
    cells: dict[str, str]
    doubled: tuple[str, ...] = ()
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file: its rows, and the wanted columns it lacks."""

    name: str
    rows: list[Row]
    missing: tuple[str, ...]


def read(file: Path, wanted: Sequence[str]) -> Sheet:
    """Return a file's rows; raises Invalid `file_unreadable` with an explanation for the file's author."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _unreadable("文件超过 256 MB，请分成几个文件")
        records = list(_records(file.read_bytes()))
    except OSError:
        raise _unreadable("文件打不开，请检查路径和权限") from None
    at, header = _header(records, wanted)
    if not header and len(records) <= at + 1:
        raise _unreadable("第一行应写列名：" + ",".join(wanted))
    rows = [_row(number, cells, header) for number, cells in records[at + 1 :]]
    missing = tuple(one for one in wanted if one not in header)
    return Sheet(
        file.name, [row for row in rows if row.broken or any(map(_shows, row.cells.values()))], missing
    )


def _shows(cell: str) -> bool:
    """Tell whether a cell has visible text."""
    return any(one.isprintable() and not one.isspace() for one in cell)


def _unreadable(why: str) -> Invalid:
    return Invalid(why, code="file_unreadable")


def _records(data: bytes) -> Iterator[tuple[int, Cells | None]]:
    """Yield row number and cells, or None for a row that cannot be parsed."""
    if data.startswith(b"PK\x03\x04"):
        yield from _workbook(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable("这是旧版 .xls 或加了密码的文件，请另存为 .xlsx 或 CSV UTF-8")
    else:
        yield from text_records(decoded(data), _named)


def _workbook(data: bytes) -> Iterator[tuple[int, Cells | None]]:
    """Yield the rows of the workbook's first non-empty sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > 4 * MOST_BYTES:
                raise _unreadable("文件展开后太大，请分成几个文件")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()
            rows = [[_cell(one) for one in row] for row in sheet.iter_rows(values_only=True)]
            if any(any(row) for row in rows):
                yield from enumerate(rows, 1)
                return
    except Invalid:
        raise
    except Exception:  # openpyxl raises many exception types on a damaged file.
        raise _unreadable("Excel 文件已损坏或不是 .xlsx，请重新另存为 .xlsx 或 CSV UTF-8") from None


def _cell(value: Any) -> str:
    """Return a cell as it would be typed; numbers beyond 15 digits have lost their last digits."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 1e15:
        return f"{float(value):.5E}"
    return str(value)


def _named(cells: Sequence[str]) -> int:
    return sum(_column(cell) is not None for cell in cells)


def _header(
    records: list[tuple[int, Cells | None]], wanted: Sequence[str]
) -> tuple[int, dict[str, list[int]]]:
    """Return the header's position and the position of each wanted column."""
    first = [(at, cells) for at, (_, cells) in enumerate(records[:HEADER_WITHIN]) if cells and any(cells)]
    if not first:
        raise _unreadable("文件里没有内容，第一行应写列名：" + ",".join(wanted))
    at, cells = max(first, key=lambda one: (_named(one[1]), -one[0]))
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        column = _column(cell)
        if column is not None and column in wanted:
            places.setdefault(column, []).append(place)
    return at, places


def _column(cell: str) -> str | None:
    word = "".join(one for one in cell if one.isprintable()).strip().strip("\"'*＊").strip()
    return COLUMNS.get(word.casefold().replace(" ", "_"))


def _row(number: int, cells: Cells | None, header: dict[str, list[int]]) -> Row:
    """Return a row by column name."""
    if cells is None:
        return Row(number, {}, broken=True)
    named, doubled = {}, []
    for column, places in header.items():
        found = [cells[place] for place in places if place < len(cells) and cells[place].strip()]
        named[column] = found[0] if found else ""
        if len(set(found)) > 1:
            doubled.append(column)
    return Row(number, named, tuple(doubled))
