"""The evaluation folder beside the checkout; tests are skipped with a message when it is absent."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("SHARED_DIR", Path(__file__).resolve().parents[3] / "shared"))


def shared(name: str) -> Path:
    """Return a folder of it, or skip the test."""
    if not (FOLDER / name).is_dir():
        pytest.skip(f"{FOLDER / name} is absent (SHARED_DIR): this test needs the evaluation data")
    return FOLDER / name
