"""The table of wx.* calls in docs/architecture/miniprogram.md, with their minimum base library versions."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "miniprogram"
TYPINGS = ROOT / "tests/miniprogram/node_modules/miniprogram-api-typings/types/wx/lib.wx.api.d.ts"
BEGIN, END = "<!-- wx calls: made by python -m scripts.miniprogram -->", "<!-- end of wx calls -->"
CALL = re.compile(r"\bwx\.(\w+)\(")
# A call's doc comment is the block directly above its declaration; without a version it means 1.0.
DECLARED = re.compile(r"/\*\*((?:(?!\*/).)*?)\*/\s*(\w+)(?:<[^(]*>)?\(", re.S)
NEEDS = re.compile(r"需要基础库： `([\d.]+)`")


def used() -> dict[str, list[str]]:
    """Return each wx call in the source with the modules that use it."""
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCE.rglob("*.ts")):
        for call in sorted(set(CALL.findall(path.read_text(encoding="utf-8")))):
            found.setdefault(call, []).append(path.relative_to(SOURCE).as_posix())
    return dict(sorted(found.items()))


def minimum_versions() -> dict[str, str]:
    """Return the minimum base library version of each documented wx call."""
    versions = {}
    for comment, call in DECLARED.findall(TYPINGS.read_text(encoding="utf-8")):
        if f"[wx.{call}(" in comment or f" wx.{call}(" in comment:
            needs = NEEDS.search(comment)
            versions[call] = needs[1] if needs else "1.0.0"
    return versions


def table() -> str:
    """Return the Markdown table."""
    known = minimum_versions()
    rows = [f"| `wx.{call}` | {known[call]} | {', '.join(places)} |" for call, places in used().items()]
    return "\n".join(["| call | base library | where |", "|---|---|---|", *rows])


def into(book: str) -> str:
    """Return the document with the table between its two markers replaced."""
    before, rest = book.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"
