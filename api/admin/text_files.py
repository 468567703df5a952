"""Parses delimited text in any code page and separator, tolerating bad rows."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

# An unclosed quote would otherwise swallow the rest of the file.
LINES_IN_A_RECORD = 8
SEPARATORS = ",\t;|，；"
LINE_END = re.compile(r"\r\n|\n|\r")


def decoded(data: bytes) -> str:
    """Return a text file's contents in the code page detected; undecodable bytes become U+FFFD."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    start = data[:200]
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(start) > 3 and start[offset::2].count(0) * 5 > len(start) * 2:
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8" if _mostly_utf8(data) else "gb18030", errors="replace")


def _mostly_utf8(data: bytes) -> bool:
    """Tell whether most non-ASCII lines are UTF-8, so that a few damaged ones do not change the result."""
    good = bad = 0
    for line in data.split(b"\n"):
        if not line.isascii():
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good > bad


def text_records(text: str, named: Callable[[Sequence[str]], int]) -> Iterator[tuple[int, list[str] | None]]:
    """Yield row numbers and cells of delimited text, None for a row that cannot be parsed.

    `named` counts the cells that name a column: the separator with the highest count is used.
    """
    lines = LINE_END.split(text)
    if re.fullmatch(r"sep=.", lines[0].strip()):
        lines[0] = ""
    separator = max(SEPARATORS, key=lambda one: named(next(filter(str.strip, lines), "").split(one)))
    at = number = 0
    while at < len(lines):
        number += 1
        taken, cells = _record(lines, at, separator)
        yield number, cells
        at += taken


def _record(lines: list[str], at: int, separator: str) -> tuple[int, list[str] | None]:
    """Return the number of lines of the record at `at`, and its cells."""
    for taken in range(1, LINES_IN_A_RECORD + 1):
        if at + taken > len(lines):
            break
        record = "\n".join(lines[at : at + taken])
        if taken == 1 and '"' not in record:
            return 1, record.split(separator)
        try:
            return taken, next(csv.reader(io.StringIO(record, newline=""), delimiter=separator, strict=True))
        except StopIteration:
            return taken, []
        except csv.Error:
            continue
    return 1, None
