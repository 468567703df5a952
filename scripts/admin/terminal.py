"""Command output as tables, facts and JSON, with terminal control characters in data escaped."""

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from unicodedata import category

import click
from rich.cells import cell_len

GAP = "  "
# Unicode categories: control, format (bidi), surrogate, private use, line and paragraph separators.
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def visible(text: object) -> str:
    """Return text on one line with control and invisible characters escaped as \\uNNNN."""
    return "".join(_escaped(one) if category(one) in UNSEEN else one for one in str(text))


def line(text: str) -> None:
    """Print text on one line, escaped."""
    click.echo(visible(text))


def paragraphs(text: str) -> str:
    """Return text with each line escaped as by `visible` and line ends kept."""
    return "\n".join(visible(line) for line in text.splitlines())


def _escaped(character: str) -> str:
    """Return a character's JSON escape sequence."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def document(value: Any) -> None:
    """Print a value as JSON: times in ISO 8601, invisible characters escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    click.echo(paragraphs(text))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def facts(values: Mapping[str, object]) -> None:
    """Print one `name  value` pair per line, with aligned values."""
    wide = max(map(cell_len, values), default=0)
    for name, value in values.items():
        click.echo(f"{_padded(name, wide)}{GAP}{visible(_told(value))}".rstrip())


def table(rows: Sequence[Mapping[str, object]], empty: str) -> None:
    """Print rows with equal columns as a table, or one block per row where the terminal is too narrow."""
    if not rows:
        click.echo(empty)
        return
    lines = [list(rows[0]), *([visible(_told(value)) for value in row.values()] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    most = _columns()
    if most is not None and sum(widths) + len(GAP) * (len(widths) - 1) > most:
        _blocks(rows)
        return
    for line in lines:
        click.echo(GAP.join(map(_padded, line, widths)).rstrip())


def _blocks(rows: Sequence[Mapping[str, object]]) -> None:
    """Print each row as facts, separated by empty lines."""
    for number, row in enumerate(rows):
        if number:
            click.echo()
        facts(row)


def _columns() -> int | None:
    """Return the terminal's width in columns; None where the output is not a terminal."""
    if os.environ.get("COLUMNS", "").isdigit() or sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    return None


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - cell_len(text))


def _told(value: object) -> str:
    """Return a value as table text."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return str(value)
