"""The environment of an operator's shell at an installation."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from scripts.admin import setting
from tests.support.world import SECRET, settings


def enter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment name the installation in `folder`, with no demo at hand."""
    given = settings(folder)
    for name in type(given).model_fields:
        value = getattr(given, name)
        if value is not None and not isinstance(value, SecretStr):
            monkeypatch.setenv(f"YIBAO_{name.upper()}", str(value))
    monkeypatch.setenv("YIBAO_VAULT_KEYS", f"k1:{SECRET}")
    monkeypatch.setenv("YIBAO_VAULT_INDEX_SECRET", SECRET)
    monkeypatch.setenv("YIBAO_WECHAT_SECRET", "test")
    monkeypatch.setattr(setting, "DEMO_ENVIRONMENT", folder / "none.env")
