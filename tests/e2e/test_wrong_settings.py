"""Every process that reads settings ends with all that is wrong, without a traceback or a value."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VALUE = "kept-secret.test:port"
GUNICORN = ["-m", "gunicorn", "-c"]
# Each of another type, and one that nobody reads.
OURS = ("PROFILE", "BASE_URL", "CIPHERS", "METRICS_PORT", "VOUCHED_PHOTOS", "VAULT_KEYS", "DATABSE_URL")
MATCHERS = ("PROFILE", "MATCHER_SECRET", "MATCHER_BIND", "MATCHER_QUEUE", "DATABSE_URL", "PAD_DIR")
ACCOUNT = ("SIM_APPID", "SIM_SECRET", "SIM_TEMPLATE_ID")
SIMULATORS = ("SIM_TEMPLATE_KEYS", "SIM_CALLBACK_URL", "SIM_CALLBACK_AES_KEY", "SIM_PHONE_URL")


def ended(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a process whose settings are all wrong."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("YIBAO_", "SIM_"))}
    wrong = [f"YIBAO_{name}" for name in (*OURS, *MATCHERS) if name != "PAD_DIR"] + [*SIMULATORS]
    environment = kept | {"PYTHONPATH": str(ROOT)} | dict.fromkeys(wrong, VALUE)
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    ("words", "code", "names"),
    [
        ([*GUNICORN, "python:api.serving", "api.app:create_app()"], 3, OURS),
        (["-m", "api.worker"], 3, OURS),
        (["-m", "api.health.exporter", "--of", "1"], 3, OURS),
        ([*GUNICORN, "python:matcher.serving", "matcher.service:create_app()"], 3, MATCHERS),
        (["-m", "scripts", "institution", "list"], 2, OURS),
        (["-m", "scripts.deploy", "check"], 1, OURS),
    ],
    ids=lambda given: given[-1] if isinstance(given, list) else "",
)
def test_all_that_is_wrong_is_said_at_once(
    words: list[str], code: int, names: tuple[str, ...], tmp_path: Path
) -> None:
    done = ended(words, tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert [name for name in names if f"YIBAO_{name} " not in said] == []
    assert "Traceback" not in said and VALUE not in said and "pydantic" not in said
    assert "demo 或 production / must be demo or production" in said
    if code == 3:
        (line,) = done.stderr.splitlines()
        assert line.startswith("无法启动 / cannot start: ") or json.loads(line)["event"] == "cannot_start"


def test_the_simulator_lists_what_is_wrong(tmp_path: Path) -> None:
    done = ended(["-m", "wechat.simulator"], tmp_path)
    assert done.returncode == 2
    assert [name for name in (*ACCOUNT, *SIMULATORS, "SIM_CALLBACK_TOKEN") if name not in done.stderr] == []
    assert "Traceback" not in done.stderr and VALUE not in done.stderr and done.stderr.count("\n") == 1


def test_a_migration_does_not_quote_a_wrong_address(tmp_path: Path) -> None:
    done = ended(["-m", "models.migrate", "--url", VALUE], tmp_path)
    assert done.returncode == 2
    assert "--url 应为 sqlite:///… 或 postgresql+psycopg://…" in done.stderr
    assert "Traceback" not in done.stderr and VALUE not in done.stderr
