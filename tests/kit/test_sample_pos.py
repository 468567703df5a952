"""The sample till, run as documented, against a real server with a sandbox key."""

import json
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
    ours = {"YIBAO_KEY": sandbox["api_key"], "YIBAO_INSTITUTION": sandbox["id"]}
    environment = os.environ | ours | {"PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, str(SAMPLE), *command],
        env=environment,
        cwd=installation.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_sample_till_is_at_most_70_lines() -> None:
    assert len(SAMPLE.read_text(encoding="utf-8").splitlines()) <= 70


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


def test_a_sample_till_that_reaches_nobody_names_the_address_and_stops() -> None:
    ours = {"YIBAO_KEY": "yk_test", "YIBAO_INSTITUTION": "ins_1", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(SAMPLE), "李建国", "330106195503100013", "http://127.0.0.1:9"]
    done = subprocess.run(command, env=os.environ | ours, capture_output=True, text=True, timeout=30)
    assert (done.returncode, "连不上 http://127.0.0.1:9" in done.stderr) == (1, True), done.stderr


def test_the_sample_till_beside_a_demo_needs_to_be_told_nothing(
    installation: Installation, sandbox: dict[str, Any], tmp_path: Path
) -> None:
    for folder in ("scripts", "var"):
        (tmp_path / folder).mkdir()
    (tmp_path / "scripts/sample_pos.py").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "var/demo.json").write_text(json.dumps(installation.document), encoding="utf-8")
    person = next(one for one in sandbox["persons"] if one["outcome"] == "passed")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("YIBAO_")}
    done = subprocess.run(
        [sys.executable, "scripts/sample_pos.py", person["name"], person["id_number"]],
        env=bare | {"PYTHONIOENCODING": "utf-8"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, "passed：回执已验签并核销" in done.stdout) == (0, True), (
        done.stdout + done.stderr
    )
