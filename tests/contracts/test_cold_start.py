"""Eight processes that start together without a token fetch one in total."""

import subprocess
import sys
from pathlib import Path

from models import migrate
from tests.support.simulated import Simulator

PROCESSES, CALLS = 8, 25


def test_eight_processes_fetch_one_token(simulator: Simulator, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tokens.sqlite'}"
    migrate.upgrade(url)
    tokens = simulator.calls("/cgi-bin/stable_token")
    command = [sys.executable, "-m", "tests.support.cold", url, simulator.url, str(CALLS)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in running:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [(process.communicate(timeout=120)[0], process.returncode) for process in running]
    assert ended == [(f"{CALLS}\n", 0)] * PROCESSES
    assert simulator.calls("/cgi-bin/stable_token") == tokens + 1
