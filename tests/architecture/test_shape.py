"""Limits on the code: small functions and modules, few parameters, no clock but the port's."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "matcher", "models", "wechat", "scripts")
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations/versions" not in path.as_posix()
)
# One flat list of answer shapes: splitting it would only scatter it.
LONG = {"api/http/schemas/answers.py"}
BANNED_NAMES = ("util", "utils", "helper", "helpers", "common", "manager", "misc")
WALL_CLOCK = {
    ("datetime", "now"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("datetime", "utcnow"),
}
CHANCE = {"random", "secrets"}
# Programs that simulate the outside world or measure real time.
AT_THE_EDGE = (
    "scripts/demo", "scripts/lab/bench", "scripts/lab/load", "scripts/lab/faults", "scripts/sample_pos",
    "scripts/stack",
)  # fmt: skip


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_functions_are_at_most_40_lines_with_at_most_5_parameters(path: Path) -> None:
    for node in functions(path):
        assert (node.end_lineno or 0) - node.lineno < 40, f"{name(path)}:{node.lineno} {node.name} is long"
        given = [a.arg for a in (*node.args.args, *node.args.kwonlyargs) if a.arg not in ("self", "cls")]
        assert len(given) <= 5, f"{name(path)}:{node.lineno} {node.name} takes {len(given)}"


def test_modules_are_at_most_200_lines() -> None:
    long = {name(path) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 200}
    assert long <= LONG


def test_test_modules_are_at_most_400_lines() -> None:
    found = (ROOT / "tests").rglob("*.py")
    sizes = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in found}
    assert {path for path, lines in sizes.items() if lines > 400} == set()


def test_the_median_function_has_at_most_8_lines_of_body() -> None:
    sizes = sorted(
        (node.end_lineno or 0) - node.body[0].lineno + 1 for path in MODULES for node in functions(path)
    )
    assert sizes[len(sizes) // 2] <= 8


# Modules in api's root build and start processes; all others belong to a package.
COMPOSITION = {"forking", "sweeper",
    "__init__", "app", "beats", "composition", "logs", "ports", "serving", "settings", "worker",
}  # fmt: skip


def test_the_root_of_api_only_composes() -> None:
    assert {path.stem for path in (ROOT / "api").glob("*.py")} <= COMPOSITION


def test_no_package_has_more_than_20_modules_and_each_says_what_happens_there() -> None:
    for package in {path.parent for path in MODULES}:
        assert len(list(package.glob("*.py"))) <= 21, name(package)
        first = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
        assert first, f"say in {name(package)}/__init__.py what happens there"


def test_nothing_is_called_a_helper() -> None:
    assert [name(path) for path in MODULES if path.stem in BANNED_NAMES] == []


@pytest.mark.parametrize("path", [p for p in MODULES if not name(p).startswith(AT_THE_EDGE)], ids=name)
def test_time_and_chance_come_through_ports(path: Path) -> None:
    if name(path) in ("api/ports.py", "models/vault.py") or name(path).startswith("wechat/simulator"):
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name):
                assert (owner.id, node.func.attr) not in WALL_CLOCK, f"{name(path)}:{node.lineno}"
                assert owner.id not in CHANCE, f"{name(path)}:{node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_module_keeps_state(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)], name(path)


def test_the_domain_is_pure() -> None:
    for path in (ROOT / "models/domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for module in modules:
                root = module.split(".")[0]
                assert root in STDLIB or module.startswith("models.domain"), f"{name(path)} imports {module}"


STDLIB = {
    "__future__", "collections", "dataclasses", "datetime", "decimal", "enum", "functools", "hashlib", "hmac",
    "itertools", "json", "math", "re", "string", "struct", "typing", "unicodedata",
}  # fmt: skip


def test_nothing_is_left_for_later() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    for path in (*MODULES, *(ROOT / "tests").rglob("*.py")):
        assert not any(word in path.read_text(encoding="utf-8") for word in words), name(path)


# Where plain JSON enters or leaves: OpenAPI documents, forms, template values.
UNTYPED_AT_MOST = 15


def test_untyped_documents_stay_few_in_api_and_at_the_edge_of_the_matcher() -> None:
    found = {path: path.read_text(encoding="utf-8").count("dict[str, Any]") for path in MODULES}
    assert sum(count for path, count in found.items() if name(path).startswith("api/")) <= UNTYPED_AT_MOST
    edge = [path for path, count in found.items() if count and name(path).startswith("matcher/")]
    assert all("def to_json" in path.read_text(encoding="utf-8") for path in edge)
    assert sum(found[path] for path in edge) == len(edge)
