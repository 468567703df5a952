"""A second demo refuses before it touches anything of the first."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.demo import vacancy
from tests.e2e.installation import ROOT, free_port


def test_a_free_port_is_no_reason_to_refuse() -> None:
    vacancy.refuse_if_taken([free_port()])


def test_port_and_process_are_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as refused:
            vacancy.refuse_if_taken([free_port(), port])
    said = str(refused.value)
    assert f"Port {port}" in said and f"process {os.getpid()}" in said and "Nothing was changed" in said


def test_processes_left_by_a_killed_demo_are_recognised() -> None:
    """An orphan is no child of a demo any more."""
    port = free_port()
    listen = f"import socket,time; s=socket.create_server(('',{port})); time.sleep(60)  # wechat.simulator"
    quiet = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"
    start = (
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {listen!r}], {quiet}).pid)"
    )
    command = [sys.executable, "-c", start]
    pid = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        with pytest.raises(SystemExit, match=f"left over from a demo that was killed: kill {pid}"):
            vacancy.refuse_if_taken([port])
    finally:
        os.kill(pid, 9)


def test_a_refusing_demo_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    for name in ("demo.json", "demo.sqlite", "demo.env"):
        (tmp_path / "var" / name).write_text("kept")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = os.environ | {"PORT": str(taken.getsockname()[1]), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "scripts.demo"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1 and "Nothing was changed" in done.stderr
    assert {path.read_text() for path in (tmp_path / "var").iterdir()} == {"kept"}
