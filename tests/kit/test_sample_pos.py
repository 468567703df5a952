"""The sample till, run as its reader would run it, against a real server with a sandbox key."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.installation import Installation

SAMPLE = Path(__file__).parents[2] / "scripts/sample_pos.py"


def run(
    installation: Installation, sandbox: dict[str, Any], outcome: str
) -> subprocess.CompletedProcess[str]:
    person = next(one for one in sandbox["persons"] if one["outcome"] == outcome)
    command = [person["name"], person["id_number"], installation.document["base_url"], "2"]
    environment = os.environ | {"YIBAO_KEY": sandbox["api_key"], "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, str(SAMPLE), *command],
        env=environment,
        cwd=installation.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_sample_till_is_at_most_60_lines() -> None:
    assert len(SAMPLE.read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.parametrize(
    ("outcome", "status", "says"),
    [
        ("passed", 0, "passed：回执已验签并核销"),
        ("appealed", 0, "appealed：回执已验签并核销"),
        ("failed", 1, "未通过"),
        ("undeliverable", 1, "attempt.undeliverable not_subscribed"),
        ("child", 1, "guardian_needed"),
    ],
)
def test_the_sample_till_meets_the_sandbox(
    installation: Installation, sandbox: dict[str, Any], outcome: str, status: int, says: str
) -> None:
    done = run(installation, sandbox, outcome)
    assert (done.returncode, says in done.stdout + done.stderr) == (status, True), done.stdout + done.stderr
