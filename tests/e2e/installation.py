"""The whole system as real processes in its own folder: simulator, gunicorn, worker."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.clocked import ClockAhead

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "simulator": ["-m", "wechat.simulator", "--port", "{sim}"],
    "web": ["-m", "gunicorn", "-c", "python:api.serving", "api.app:create_app()"],
    "worker": ["-m", "api.worker"],
}
CLOCKED = COMMANDS | {
    "web": ["-m", "gunicorn", "-c", "python:api.serving", "tests.e2e.clocked:create_app()"],
    "worker": ["-m", "tests.e2e.clocked"],
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """The demo's profile and persons, without its scenarios; processes can be killed and started."""

    def __init__(self, folder: Path, *, clocked: bool = False, days: int = 0, **settings: str) -> None:
        self.folder = folder
        self._commands = CLOCKED if clocked else COMMANDS
        self._clock = ClockAhead(folder / "clock") if clocked else None
        self._ports = {"PORT": str(free_port()), "SIM_PORT": str(free_port())}
        self._environment = (
            os.environ
            | self._ports
            | settings
            | {"PYTHONPATH": str(ROOT), "CLOCK_FILE": str(folder / "clock"), "COLUMNS": "200"}
        )
        prepare = f"from scripts.demo import profile; profile.prepare(fresh=True, days={days})"
        subprocess.run(
            [sys.executable, "-c", prepare],
            cwd=folder,
            env=self._environment,
            check=True,
            capture_output=True,
        )
        given = (folder / "var/demo.env").read_text(encoding="utf-8").splitlines()
        self._environment |= dict(line.split("=", 1) for line in given) | settings
        self.document: dict[str, Any] = json.loads((folder / "var/demo.json").read_text(encoding="utf-8"))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._own: dict[str, dict[str, str]] = {}

    def start(self, name: str, **settings: str) -> None:
        """Start one process and wait until it is ready; its own settings are kept for the next start."""
        own = self._own.setdefault(name, {}) | settings
        self._own[name] = own
        command = [part.format(sim=self._ports["SIM_PORT"]) for part in self._commands[name]]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, *command], cwd=self.folder, env=self._environment | own, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        urls = {"simulator": self.document["simulator_url"], "web": f"{self.document['base_url']}/healthz"}
        give_up = time.monotonic() + 60
        while name in urls and time.monotonic() < give_up:
            try:
                httpx.get(urls[name], trust_env=False, timeout=2)
                return
            except httpx.HTTPError:
                assert self._running[name].poll() is None, (self.folder / f"{name}.log").read_text()
                time.sleep(0.1)

    def let_pass(self, seconds: float) -> None:
        """Advance the time of WeChat and of the application, which must be `clocked`."""
        assert self._clock, "the clock of this installation is nobody's to move"
        self._clock.put_ahead(seconds)
        url = f"{self.document['simulator_url']}/sim/v1/clock"
        httpx.post(url, json={"ahead_s": self._clock.ahead}, trust_env=False).raise_for_status()

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run one command in this installation's environment."""
        return subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=120
        )

    def administer(self, command: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `scripts` on the servers' clock."""
        started_by = ["tests.e2e.clocked"] if self._clock else []
        return self.run([sys.executable, "-m", *started_by, f"scripts.{command}", *words])

    def kill(self, name: str) -> None:
        """Kill one process with all its children, without cleanup."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Freeze a process and its children."""
        group = self._running[name].pid
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def logs(self) -> str:
        return "".join(path.read_text() for path in self.folder.glob("*.log"))

    def stop(self) -> None:
        for name in list(self._running):
            self.kill(name)
