"""Every test that a document names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "docs/evaluation.md"


def test_every_test_that_the_evaluation_names_exists() -> None:
    named = re.findall(r"`(tests/\S+\.py)?::(\w+)`", BOOK.read_text(encoding="utf-8"))
    module, missing = "", []
    for path, test in named:
        module = path or module
        if f"def {test}(" not in (ROOT / module).read_text(encoding="utf-8"):
            missing.append(f"{module}::{test}")
    assert len(named) > 20 and missing == []
