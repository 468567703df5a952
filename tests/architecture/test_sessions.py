"""The function that opens a transaction passes its session on; functions that get one open none."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(path for room in ("api", "models", "scripts") for path in (ROOT / room).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def opened(node: ast.AST) -> Iterator[ast.With]:
    """Yield each block that opens a transaction or a reading session."""
    for block in ast.walk(node):
        if isinstance(block, ast.With) and any(_opens(item.context_expr) for item in block.items):
            yield block


def _opens(call: ast.expr) -> bool:
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return False
    return call.func.attr in ("transaction", "reading") and "database" in ast.unparse(call.func.value)


def test_enough_is_looked_at() -> None:
    blocks = [block for path in MODULES for block in opened(ast.parse(path.read_text(encoding="utf-8")))]
    assert len(blocks) > 100


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_who_is_given_a_session_opens_none(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and "db" in [one.arg for one in node.args.args]:
            assert not list(opened(node)), f"{name(path)}:{node.lineno}: {node.name}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_block_opens_a_session_inside_another(path: Path) -> None:
    for outer in opened(ast.parse(path.read_text(encoding="utf-8"))):
        inner = [block for statement in outer.body for block in opened(statement)]
        assert not inner, f"{name(path)}:{outer.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nobody_asks_a_row_for_its_session(path: Path) -> None:
    assert "object_session" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_row_is_read_anew_once_its_lock_was_awaited(path: Path) -> None:
    """Without `populate_existing` the session keeps the row as it was read before the lock."""
    source = path.read_text(encoding="utf-8")
    assert source.count("populate_existing") >= len(re.findall(r"with_for_update(?!\(key_share)", source))
