"""Sources of popup and console hold nothing that Chromium 109, the last for Windows 7, cannot read."""

import re
from pathlib import Path

import pytest

from tests.miniprogram.node import run

STATIC = Path(__file__).parents[2] / "api/static"
SOURCES = sorted(path for path in STATIC.iterdir() if path.suffix in (".js", ".css"))
INLINE = re.compile(r"<(style|script)(?![^>]*src=)[^>]*>(.*?)</\1>", re.S)
pytestmark = pytest.mark.usefixtures("node_tools")


def written_for(target: str, source: Path) -> str:
    """Return a source as esbuild writes it for a browser: newer syntax comes out in older words."""
    return run("node", "node_modules/esbuild/bin/esbuild", f"--target={target}", str(source))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_chromium_109_reads_it_as_it_is(source: Path) -> None:
    assert written_for("chrome109", source) == written_for("esnext", source)


def test_chromium_109_reads_what_stands_in_the_pages(tmp_path: Path) -> None:
    found = list[str]()
    for page in sorted((STATIC.parent / "templates").rglob("*.html")):
        for kind, text in INLINE.findall(page.read_text(encoding="utf-8")):
            source = tmp_path / ("page.css" if kind == "style" else "page.js")
            # What Jinja fills in is a value.
            source.write_text(re.sub(r"{{.*?}}", "0", text), encoding="utf-8")
            assert written_for("chrome109", source) == written_for("esnext", source), page.name
            found.append(page.name)
    assert {"guide.html", "held.html"} <= set(found)


@pytest.mark.parametrize(
    ("name", "newer"),
    [
        ("new.css", ".a { &:hover { color: red } }"),
        ("new.js", "export const letter = /[\\p{L}--[a-z]]/v"),
        ("new.js", "using file = open()"),
    ],
    ids=["nesting", "sets in patterns", "using"],
)
def test_something_newer_would_be_noticed(tmp_path: Path, name: str, newer: str) -> None:
    source = tmp_path / name
    source.write_text(newer, encoding="utf-8")
    assert written_for("chrome109", source) != written_for("esnext", source)


def test_what_older_browsers_run_is_from_before_modules() -> None:
    old = STATIC / "popup-old.js"
    assert written_for("es5", old) == written_for("esnext", old)
